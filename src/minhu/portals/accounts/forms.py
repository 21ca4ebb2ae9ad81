"""Forms of signing in and of the own account."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from minhu.directory.services.absences import REASONS, colleagues
from minhu.directory.services.passwords import rules_in_words

REASON_WORDS = {
    "leave": gettext_lazy("休假"), "trip": gettext_lazy("出差"), "loan": gettext_lazy("借调"),
    "training": gettext_lazy("学习培训"), "other": gettext_lazy("其他"),
}  # fmt: skip


class SignInForm(AuthenticationForm):
    """Name and password, with messages that do not tell which of the two was wrong."""

    error_messages = {  # noqa: RUF012 - the shape Django gives it
        "invalid_login": gettext_lazy("账号或密码不正确，请核对后重试。连续输错 5 次将锁定 15 分钟。"),
        "inactive": gettext_lazy("账号或密码不正确，请核对后重试。连续输错 5 次将锁定 15 分钟。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("账号")
        self.fields["password"].label = _("密码")
        self.fields["password"].max_length = 128  # type: ignore[attr-defined]

    def clean_username(self) -> str:
        """Names have one spelling, so that another spelling is no other name to the lock."""
        return plain_username(self.cleaned_data["username"])


def plain_username(typed: str) -> str:
    """A typed name as accounts have it: no full-width letters, no capitals, no blanks around."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


class PasswordForm(forms.Form):
    """The old password once, the new one twice."""

    old = forms.CharField(
        label=gettext_lazy("原密码"), strip=False, max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    new = forms.CharField(
        label=gettext_lazy("新密码"), strip=False, max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=gettext_lazy("再输一遍新密码"), strip=False, max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = rules_in_words()

    def clean(self) -> dict[str, Any]:
        """The two new ones must be the same."""
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("两次输入的新密码不一样，请重新输入。"))
        return data


class CodeForm(forms.Form):
    """A code of the app, or (when signing in) a recovery code."""

    code = forms.CharField(
        label=gettext_lazy("验证码"), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip


class AbsenceForm(forms.Form):
    """From when to when somebody is away, why, and who acts."""

    acting = forms.TypedChoiceField(label=gettext_lazy("代理人"), coerce=int)
    reason = forms.ChoiceField(label=gettext_lazy("离岗原因"), choices=[(key, REASON_WORDS[key]) for key in REASONS])
    first_day = forms.DateField(
        label=gettext_lazy("开始日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=gettext_lazy("结束日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any, staff_id: int) -> None:
        super().__init__(data)
        people = [(str(pk), words) for pk, words in colleagues(staff_id)]
        self.fields["acting"].choices = [("", _("请选择")), *people]  # type: ignore[attr-defined]


class EmergencyForm(forms.Form):
    """Why emergency access is needed."""

    reason = forms.CharField(
        label=gettext_lazy("紧急情况和必要性"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": ""}),
    )
