"""Tables of the directory, one module for each subject."""

from minhu.directory.models.accounts import ApiToken, Post, Staff
from minhu.directory.models.areas import Area, Landmark
from minhu.directory.models.authority import Absence, Emergency, Proposal
from minhu.directory.models.catalogue import CatalogueItem, CatalogueVersion
from minhu.directory.models.categories import Category, Taxonomy
from minhu.directory.models.crosswalks import Crosswalk, CrosswalkGap, CrosswalkLine
from minhu.directory.models.duties import Duty, DutyVersion
from minhu.directory.models.keys import Rotation, RotationPart
from minhu.directory.models.revision import Revision
from minhu.directory.models.rules import RuleSet
from minhu.directory.models.sign_in import Factor, PastPassword, RecoveryCode, SignIn
from minhu.directory.models.units import Unit

__all__ = [
    "Absence",
    "ApiToken",
    "Area",
    "CatalogueItem",
    "CatalogueVersion",
    "Category",
    "Crosswalk",
    "CrosswalkGap",
    "CrosswalkLine",
    "Duty",
    "DutyVersion",
    "Emergency",
    "Factor",
    "Landmark",
    "PastPassword",
    "Post",
    "Proposal",
    "RecoveryCode",
    "Revision",
    "Rotation",
    "RotationPart",
    "RuleSet",
    "SignIn",
    "Staff",
    "Taxonomy",
    "Unit",
]
