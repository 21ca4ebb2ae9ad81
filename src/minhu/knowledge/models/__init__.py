"""Tables of the knowledge room."""

from minhu.knowledge.models.asking import Asking
from minhu.knowledge.models.contradictions import Contradiction, Looked
from minhu.knowledge.models.documents import Document, Finding, PassageRow, Version
from minhu.knowledge.models.explained import MadePair, Signature
from minhu.knowledge.models.graph import Drawn, GraphTriple
from minhu.knowledge.models.incoming import Notice, Source, SourceItem, Upload, UploadItem
from minhu.knowledge.models.index import Circle, IndexedVersion, Posting, TermCount, VersionVectors
from minhu.knowledge.models.questions import OpenQuestion, Wording
from minhu.knowledge.models.samples import Judgement, Sample, SampleItem
from minhu.knowledge.models.sets import EvalQuestion, EvalResult, EvalRun, EvalSet
from minhu.knowledge.models.tools import ToolCall
from minhu.knowledge.models.trees import Tree, TreeNode, TreeStep, TreeVersion

__all__ = [
    "Asking",
    "Circle",
    "Contradiction",
    "Document",
    "Drawn",
    "EvalQuestion",
    "EvalResult",
    "EvalRun",
    "EvalSet",
    "Finding",
    "GraphTriple",
    "IndexedVersion",
    "Judgement",
    "Looked",
    "MadePair",
    "Notice",
    "OpenQuestion",
    "PassageRow",
    "Posting",
    "Sample",
    "SampleItem",
    "Signature",
    "Source",
    "SourceItem",
    "TermCount",
    "ToolCall",
    "Tree",
    "TreeNode",
    "TreeStep",
    "TreeVersion",
    "Upload",
    "UploadItem",
    "Version",
    "VersionVectors",
    "Wording",
]
