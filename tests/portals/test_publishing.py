"""The publishing check's own page: tried without traces, filled from a table, in force for every paper at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.knowledge.keepers import Keepers, gather
from tests.knowledge.papers import paper
from tests.portals.test_knowledge import client_of

from minhu.directory.access import acting_as
from minhu.directory.models import RuleSet
from minhu.directory.queries import freshness
from minhu.kernel.errors import Conflict
from minhu.knowledge.queries import documents, notices
from minhu.knowledge.services import checking, editing, life
from minhu.knowledge.types import NoticeKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def keepers(home: Path, db: None) -> Keepers:
    return gather()


def table(*rows: str) -> dict[str, object]:
    return {"file": SimpleUploadedFile("用语.csv", "\n".join(("用语,类别,原因", *rows)).encode("gb18030"))}


def test_phrases_are_tried_brought_in_published_and_found_in_what_waits_and_what_is_in_use(keepers: Keepers) -> None:
    system, editor = client_of("system_admin"), client_of("water_editor")
    live = keepers.published(paper(title="云溪市节水奖励办法", more=("第五条 对阶梯优惠户给予奖励。",)))
    draft = keepers.add(paper(more=("第五条 对阶梯优惠户另行通知。",)), "草稿.docx")
    with acting_as(keepers.editor):
        version = documents.card(draft).version
        editing.confirm(version.id, version.facts)
        assert documents.card(draft).findings == ()
    tried = editor.post(
        "/manage/publishing/", {"text": "本产品绝对安全，联系人手机13800138000，机密★5年"}
    ).content.decode()
    for words in ("<mark>绝对安全</mark>", "绝对化用语", "个人信息", "密级或内部标志"):
        assert words in tried
    assert editor.get("/manage/publishing/import/").status_code == 403
    assert client_of("agent").get("/manage/publishing/").status_code == 403
    wrong = system.post("/manage/publishing/import/", table("阶梯优惠户,用语,", "云内参,机密级,", "长" * 50))
    assert (wrong.status_code, "第 3 行" in wrong.content.decode(), "第 4 行" in wrong.content.decode()) == (
        422,
        True,
        True,
    )
    assert not RuleSet.objects.filter(kind="publishing").exists()
    answer = system.post(
        "/manage/publishing/import/", table("阶梯优惠户,用语,改称优惠家庭", "云内参,密级,本市内部刊物")
    )
    assert answer.status_code == 302, answer.content.decode()
    rules = RuleSet.objects.get(kind="publishing")
    assert "云内参" in system.get(f"/manage/publishing/?version={rules.pk}").content.decode()
    system.post(f"/manage/rules/publishing/{rules.pk}/publish/")
    freshness.forget()
    assert checking.tick() == 2
    assert checking.tick() == 0
    with acting_as(keepers.editor):
        (finding,) = documents.card(draft).findings
        assert (finding.words, finding.kind.value) == ("阶梯优惠户", "word")
        with pytest.raises(Conflict, match="发布检查还有 1 处"):
            life.submit(version.id)
        (told,) = notices.open_notices()
        assert (told.kind, told.document_id) == (NoticeKind.WORDS, live)
    assert system.get("/manage/publishing/export/").status_code == 200
    assert "阶梯优惠户" in editor.get("/manage/publishing/").content.decode()


def test_hosts_are_listed_by_the_administrator_and_written_as_hosts(keepers: Keepers) -> None:
    system = client_of("system_admin")
    system.post("/manage/rules/sources/draft/")
    draft = RuleSet.objects.get(kind="sources")
    place = f"/manage/rules/sources/{draft.pk}/row/hosts/"
    for wrong in ("https://www.example.gov.cn/", "*.cn", "localhost", "a b.cn"):
        assert system.post(place, {"host": wrong}).status_code == 422, wrong
    assert system.post(place, {"host": "*.Example.gov.cn", "note": "市政府"}).status_code == 302
    system.post(f"/manage/rules/sources/{draft.pk}/publish/")
    freshness.forget()
    from minhu.directory.queries.rules import source_rules

    rules = source_rules()
    assert rules.allows("www.example.gov.cn", 443)
    for host, port in (
        ("example.gov.cn", 443),
        ("badexample.gov.cn", 443),
        ("www.example.gov.cn", 8080),
        ("www.example.gov.cn.evil.cn", 443),
    ):
        assert not rules.allows(host, port), host
    assert client_of("water_editor").get("/manage/rules/sources/").status_code == 403
