"""What citizens fill in. Words are checked again by intake; here they become types."""

from __future__ import annotations

import uuid

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from minhu.directory.types import RequestType
from minhu.evaluation.types import Answers, Satisfaction
from minhu.intake.types import Channel, NewRequest, UploadedFile

TYPE_CHOICES = [
    (RequestType.HELP.value, _("求助：请政府帮忙解决困难")),
    (RequestType.COMPLAINT.value, _("投诉：对服务、管理不满意")),
    (RequestType.CONSULTATION.value, _("咨询：了解政策、怎么办事")),
    (RequestType.REPORT.value, _("举报：反映违法违规行为")),
    (RequestType.SUGGESTION.value, _("建议：希望改进的地方")),
    (RequestType.PRAISE.value, _("表扬：感谢某个单位或个人")),
]
GROUP_CHOICES = [
    ("", _("不需要")),
    ("elderly", _("我是老年人，希望电话慢一点、说清楚")),
    ("disabled", _("我有残疾，需要助残服务")),
]
MOST_FILES = 9
FILE_MEGABYTES = 20


def uploaded(request: HttpRequest, name: str = "files") -> tuple[UploadedFile, ...]:
    """The files of a form as intake takes them; empty file inputs are left out."""
    found = [f for f in request.FILES.getlist(name) if f.name]
    return tuple(UploadedFile(f.name or "", f.read()) for f in found)


class SubmitForm(forms.Form):
    """The three steps in one form: what, where, who. ``key`` makes a double click harmless."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    text = forms.CharField(
        label=_("您要反映什么问题？"),
        help_text=_("请写清楚：发生了什么、什么时候、持续了多久、希望怎样解决。一次反映一件事，办得更快。"),
        widget=forms.Textarea(attrs={"rows": 8, "data-count": "20000"}),
        error_messages={"required": _("请写下您要反映的问题。")},
    )
    request_type = forms.ChoiceField(
        label=_("这属于哪一类？"),
        help_text=_("不确定可以不选，工作人员会帮您判断。"),
        choices=TYPE_CHOICES,
        required=False,
        widget=forms.RadioSelect,
    )
    place_text = forms.CharField(
        label=_("事情发生在哪里？"),
        help_text=_("越具体越好，例如：柳湾街道锦绣花园 3 号楼东侧。"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    requester_name = forms.CharField(
        label=_("怎么称呼您？"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    requester_phone = forms.CharField(
        label=_("联系电话"),
        help_text=_("承办单位会通过这个电话与您核实情况、告知结果。"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": _("请留下联系电话，否则无法告知您结果。")},
    )
    wants_callback = forms.BooleanField(label=_("办完后请打电话告诉我结果"), required=False, initial=True)
    confidential = forms.BooleanField(label=_("请为我保密：不让承办单位知道我的姓名和电话"), required=False)
    special_group = forms.ChoiceField(
        label=_("需要特别照顾吗？"), choices=GROUP_CHOICES, required=False, widget=forms.RadioSelect
    )

    STEP_FIELDS = (
        ("text", "request_type"),
        ("place_text", "files"),
        ("requester_name", "requester_phone", "wants_callback", "confidential", "special_group"),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4().hex})

    def step_with_error(self) -> int:
        """The first step (from 1) that holds a mistake; 1 when none does."""
        for position, names in enumerate(self.STEP_FIELDS, start=1):
            if any(name in self.errors for name in names):
                return position
        return 1

    def to_request(self, files: tuple[UploadedFile, ...]) -> NewRequest:
        """What intake receives."""
        data = self.cleaned_data
        return NewRequest(
            text=data["text"],
            channel=Channel.WEB,
            request_type=data["request_type"],
            place_text=data["place_text"],
            requester_name=data["requester_name"],
            requester_phone=data["requester_phone"],
            wants_callback=data["wants_callback"],
            confidential=data["confidential"],
            special_group=data["special_group"],
            idempotency_key=data["key"],
            files=files,
        )


class FollowForm(forms.Form):
    """Number and code from the receipt."""

    number = forms.CharField(
        label=_("诉求编号"),
        help_text=_("13 位数字，在提交成功的页面和短信里。"),
        max_length=32,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("请填写诉求编号。")},
    )
    code = forms.CharField(
        label=_("查询码"),
        help_text=_("6 位数字，提交成功时显示。"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("请填写查询码。")},
    )


class SupplementForm(forms.Form):
    """More words on a matter."""

    text = forms.CharField(
        label=_("补充什么情况？"),
        widget=forms.Textarea(attrs={"rows": 5, "data-count": "5000"}),
        max_length=5000,
        error_messages={"required": _("请写下要补充的情况。")},
    )


YES_NO = [("yes", _("是")), ("no", _("否"))]
GRADES = [
    (Satisfaction.SATISFIED.value, _("满意")),
    (Satisfaction.MOSTLY.value, _("基本满意")),
    (Satisfaction.SO_SO.value, _("一般")),
    (Satisfaction.DISSATISFIED.value, _("不满意")),
]


class RateForm(forms.Form):
    """Three questions and a free word."""

    responded = forms.ChoiceField(
        label=_("承办单位联系过您吗？"), choices=YES_NO, required=False, widget=forms.RadioSelect
    )
    solved = forms.ChoiceField(
        label=_("问题解决了吗？"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择问题是否解决。")},
    )
    satisfaction = forms.ChoiceField(
        label=_("您对办理结果满意吗？"),
        choices=GRADES,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择满意程度。")},
    )
    comment = forms.CharField(
        label=_("还想说点什么？"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def answers(self) -> Answers:
        """The answers as evaluation takes them."""
        data = self.cleaned_data
        return Answers(
            responded={"yes": True, "no": False}.get(data["responded"]),
            solved=data["solved"] == "yes",
            satisfaction=data["satisfaction"],
            comment=data["comment"],
        )


class WithdrawForm(forms.Form):
    """Why the citizen takes the request back."""

    text = forms.CharField(
        label=_("为什么撤回？"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
