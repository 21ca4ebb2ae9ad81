"""Possible social assistance (社会救助线索): a suggestion, a person's decision, the citizen's consent, a receipt. Pure."""

from __future__ import annotations

from typing import Final

from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _


class AidState(Labelled):
    """Where a case of possible assistance is."""

    SUGGESTED = "suggested", _("待坐席核实")
    DISMISSED = "dismissed", _("不需要救助")
    REFUSED = "refused", _("群众不同意转")
    SHARED = "shared", _("已转民政")
    RECEIVED = "received", _("民政已接收")
    ANSWERED = "answered", _("民政已反馈")
    WITHDRAWN = "withdrawn", _("群众撤回同意")


class AidBasis(Labelled):
    """On what ground something of the citizen is shared."""

    CONSENT = "consent", _("群众同意")
    DANGER = "danger", _("危及生命，来不及征得同意")


class AidOutcome(Labelled):
    """What the civil-affairs unit says came of it."""

    HELPED = "helped", _("已给予救助")
    APPLYING = "applying", _("已协助申请")
    ALREADY = "already", _("已在救助中")
    INELIGIBLE = "ineligible", _("不符合条件，已说明")
    UNREACHED = "unreached", _("联系不上")


OPEN: Final = frozenset({AidState.SUGGESTED, AidState.REFUSED})
"""A person may still decide to share."""
THERE: Final = frozenset({AidState.SHARED, AidState.RECEIVED, AidState.ANSWERED})
"""The civil-affairs unit has it."""
FIELDS: Final = ("name", "phone", "area", "signs", "words")
"""All that is ever shared: nobody's identity number, no text beside the words of hardship."""
CONSENT: Final = (
    "您说的困难可能符合社会救助政策。您同意的话，我们把您的姓名、电话、所在街道社区和您说的困难转给{unit}，"
    "由他们联系您核实，只用于社会救助，您随时可以撤回。不同意也不影响您反映的事。您同意吗？"
)
"""Read out before it is shared."""
