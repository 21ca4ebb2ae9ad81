"""A person confirms what was read, answers for what the check found, says whom a document is for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from minhu.directory.access import require
from minhu.directory.policy import Action, Facts
from minhu.directory.queries.areas import area_info
from minhu.directory.queries.categories import category_by_code
from minhu.directory.queries.units import unit_info
from minhu.directory.types import AreaLevel
from minhu.kernel.actors import current_actor
from minhu.kernel.clock import now
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.knowledge.models import Document, Finding
from minhu.knowledge.services import making
from minhu.knowledge.services.common import changing, document_for, record, version_for
from minhu.knowledge.services.rights import rekey
from minhu.knowledge.types import Audience, EntryData, FactValues, Rights, State

MAX_KEYWORDS: Final = 20
MAX_KEYWORD: Final = 20
_EDITABLE: Final = State.DRAFT.value


def add(content: bytes, name: str, owner_unit: int, rights: Rights, entry: EntryData, origin: str = "") -> int:
    """Take one file in at once; returns the document's id. Raises Invalid for what cannot be read, NotAllowed."""
    check_may_keep(owner_unit)
    check_rights(rights)
    check_entry(entry)
    return add_made(making.make(making.keep(content, name), name), owner_unit, rights, entry, origin)


def add_made(made: making.Made, owner_unit: int, rights: Rights, entry: EntryData, origin: str = "") -> int:
    """Store a file that was read as a new document; the caller has checked the policy. Returns the document's id."""
    with changing():
        version = making.add_document(made, owner_unit, rights, entry, origin)
        record("added", version.document_id, version=1, passages=len(made.paper.passages), findings=len(made.marks))
        return int(version.document_id)


def add_version(document_id: int, content: bytes, name: str, origin: str = "") -> int:
    """Take a new file for a document in; returns the version's id. Raises Conflict where nothing changed."""
    with changing():
        document_for(document_id)
    return add_version_made(document_id, making.make(making.keep(content, name), name), origin)


def add_version_made(document_id: int, made: making.Made, origin: str = "") -> int:
    """Store a file that was read as a further version; raises as `add_version`."""
    with changing():
        document = document_for(document_id)
        newest = document.versions.order_by("-number").first()
        if newest is not None and newest.file_digest == made.stored.sha256:
            raise Conflict("这个文件与最新版本完全相同，没有登记新版本。", code="same_file")
        version = making.add_version(document, made, origin)
        rekey(document)
        record("version_added", document_id, version=version.number, findings=len(made.marks))
        return int(version.pk)


def check_may_keep(owner_unit: int) -> None:
    """Raise NotAllowed unless the current actor keeps documents of the unit, Invalid for an unknown one."""
    if unit_info(owner_unit) is None:
        raise Invalid("请选择归口单位。", fields={"owner_unit": "没有这个单位"})
    require(Action.EDIT_KNOWLEDGE, Facts(unit_ids=frozenset({owner_unit})))


def confirm(version_id: int, values: FactValues) -> None:
    """A person has looked at the facts: keep them as they say. Raises Invalid with all fields that are wrong."""
    _check_facts(values)
    with changing():
        version = version_for(version_id)
        if version.state != _EDITABLE:
            raise Conflict("只有草稿可以修改要素。已发布的内容请上传新版本。", code="wrong_state")
        for name, value in asdict(values).items():
            setattr(version, name, list(value) if isinstance(value, tuple) else value)
        version.confirmed_by, version.confirmed_at = current_actor().id, now()
        version.save(update_fields=[*asdict(values), "confirmed_by", "confirmed_at"])
        if not Document.objects.filter(pk=version.document_id, versions__state__in=["published", "expiring"]).exists():
            Document.objects.filter(pk=version.document_id).update(title=version.title)
        record("confirmed", version.document_id, version=version.number)


def answer(finding_id: int, words: str) -> None:
    """Say why a finding may be published; raises Invalid without a reason."""
    said = words.strip()[:300]
    if not said:
        raise Invalid("请写明为何可以发布。", fields={"answer": "请写明为何可以发布"})
    with changing():
        finding = Finding.objects.filter(pk=finding_id).first()
        if finding is None:
            raise NotFound("没有找到这处检查结果。", code="no_such_finding")
        version = version_for(finding.version_id)
        if version.state != _EDITABLE:
            raise Conflict("只有草稿需要说明发布检查。", code="wrong_state")
        finding.answer, finding.answered_by, finding.answered_at = said, current_actor().id, now()
        finding.save(update_fields=["answer", "answered_by", "answered_at"])
        record("answered", version.document_id, version=version.number, finding=finding.kind)


def set_entry(document_id: int, entry: EntryData) -> None:
    """Change what people say of a document beside its words."""
    check_entry(entry)
    with changing():
        document = document_for(document_id)
        document.nature, document.category_code = entry.nature.value, entry.category_code
        document.keywords, document.address, document.changed_at = list(entry.keywords), entry.address, now()
        document.save(update_fields=["nature", "category_code", "keywords", "address", "changed_at"])
        record("changed", document_id, nature=document.nature, category=document.category_code)


def set_rights(document_id: int, rights: Rights) -> None:
    """Say whom a document is for; takes effect at once on pages, in search and in answers."""
    check_rights(rights)
    with changing():
        document = document_for(document_id)
        document.audience = rights.audience.value
        named = rights.audience is Audience.NAMED
        document.audience_units = list(rights.units) if named else []
        document.audience_levels = list(rights.levels) if named else []
        document.audience_areas = list(rights.areas) if named else []
        document.changed_at = now()
        document.save()
        rekey(document)
        record(
            "rights_changed", document_id, audience=document.audience, units=document.audience_units,
            levels=document.audience_levels, areas=document.audience_areas,
        )  # fmt: skip


def check_rights(rights: Rights) -> None:
    """Raise Invalid for named readers that are nobody, or that do not exist."""
    wrong = {}
    if rights.audience is Audience.NAMED and not (rights.units or rights.levels or rights.areas):
        wrong["audience"] = "请至少选择一个单位、层级或区域。"
    if any(unit_info(unit) is None for unit in rights.units):
        wrong["units"] = "有不存在的单位，请重新选择。"
    if set(rights.levels) - {level.value for level in AreaLevel}:
        wrong["levels"] = "有不存在的层级，请重新选择。"
    if unknown := [code for code in rights.areas if area_info(code) is None]:
        wrong["areas"] = f"没有这些区划代码：{'、'.join(unknown)[:200]}"
    if wrong:
        raise Invalid("请核对阅读权限。", fields=wrong)


def check_entry(entry: EntryData) -> None:
    """Raise Invalid for what an entry may not say (knowledge entries of the hotline's data standard)."""
    wrong = {}
    if entry.category_code and category_by_code(entry.category_code) is None:
        wrong["category_code"] = "没有这个分类代码。"
    if len(entry.keywords) > MAX_KEYWORDS:
        wrong["keywords"] = f"关键词最多 {MAX_KEYWORDS} 个。"
    if any(not 0 < len(word) <= MAX_KEYWORD for word in entry.keywords):
        wrong["keywords"] = f"每个关键词不超过 {MAX_KEYWORD} 个字。"
    if len(entry.address) > 500:
        wrong["address"] = "来源地址过长。"
    if wrong:
        raise Invalid("请核对条目。", fields=wrong)


def _check_facts(values: FactValues) -> None:
    wrong = {}
    if not values.title.strip() or len(values.title) > making.MAX_TITLE:
        wrong["title"] = f"请填写标题，不超过 {making.MAX_TITLE} 个字。"
    if len(values.document_number) > 60:
        wrong["document_number"] = "文号过长。"
    if len(values.issuer) > 100:
        wrong["issuer"] = "发文机关过长。"
    if values.in_force and values.repealed and values.repealed < values.in_force:
        wrong["repealed"] = "截止日期早于施行日期。"
    lists = {"repeals": 200, "applies_areas": 100, "applies_groups": 200}
    wrong |= {name: f"每行不超过 {most} 个字。" for name, most in lists.items() if any(len(one) > most for one in getattr(values, name))}  # fmt: skip
    if wrong:
        raise Invalid("请核对要素。", fields=wrong)
