"""What the ledger keeps of the conditions of an export or a print: which were set, and never a person's data.

Chosen values (states, dates, units of the directory) stay as they are. Words that somebody typed may be a name or a
telephone number: of them a keyed digest and the length are kept, by which an auditor can still check a suspicion.
"""

from __future__ import annotations

import re

from django import forms

from minhu.engines.secrets import blind_index
from minhu.language.personal import mask_personal
from minhu.portals.orders.pickers import AreaField, CategoryField, UnitField

CONTEXT = "filter words"
CHOSEN = (forms.ChoiceField, forms.DateField, UnitField, CategoryField, AreaField)


def kept_filters(form: forms.Form) -> dict[str, object]:
    """The conditions of a bound form as the ledger keeps them; what the form does not know is left out."""
    form.is_valid()
    kept: dict[str, object] = {}
    for name, field in form.fields.items():
        typed = str(form.data.get(name) or "").strip()
        if not typed:
            continue
        plain = isinstance(field, CHOSEN) or re.fullmatch(r"[a-z][a-z_-]{0,23}|-[a-z]{1,23}", typed)
        if plain and name not in form.errors:
            kept[name] = str(form.cleaned_data.get(name) or typed)
        else:
            kept[name] = digest_of(typed)
    return kept


def digest_of(words: str) -> dict[str, object]:
    """The length of typed words, and a digest that only this house can make."""
    return {"length": len(words), "digest": blind_index(words, CONTEXT).hex()}


def kept_reason(reason: str) -> str:
    """The reason somebody gave, without numbers by which a person could be known."""
    return mask_personal(reason[:200])
