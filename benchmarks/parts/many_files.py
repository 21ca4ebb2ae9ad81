"""A document of thousands of pages and many files at once, brought in and published as people do it."""

from __future__ import annotations

import time
from typing import Any

from parts.many_papers import Maker


def _maker() -> Maker:
    from minhu.kernel import clock
    from minhu.server.demo import papers as city

    read = city.papers(clock.now().date())
    return Maker(read, [city.blocks(one) for one in read])


def _text(maker: Maker, number: int) -> str:
    """A made paper as Markdown without tables."""
    _paper, blocks = maker.paper(200 + number)
    return "\n\n".join(one.text for one in blocks if one.text)


def bring_pages(pages: int) -> dict[str, Any]:
    """One text as long as so many printed pages (700 characters each), published; seconds of each step."""
    from minhu.directory.queries.actors import actor_named
    from minhu.directory.queries.units import unit_by_code
    from minhu.kernel.actors import use_actor
    from minhu.knowledge.queries import documents
    from minhu.knowledge.services import editing, life
    from minhu.knowledge.types import EntryData, Rights

    maker, size = _maker(), 0
    chapters: list[str] = []
    while size < pages * 700:
        text = _text(maker, len(chapters))
        chapters.append(text)
        size += len(text)
    content = "# 云溪市政务服务事项汇编\n\n" + "\n\n".join(chapters)
    keeper, reviewer, unit = actor_named("luguanwen"), actor_named("shenhe"), unit_by_code("HX")
    assert keeper is not None
    assert reviewer is not None
    assert unit is not None
    steps = [time.perf_counter()]
    with use_actor(keeper):
        document = editing.add(content.encode(), "汇编.md", unit.id, Rights(), EntryData())
        steps.append(time.perf_counter())
        card = documents.card(document)
        for finding in card.findings:
            editing.answer(finding.id, "虚构内容，可以公开")
        steps.append(time.perf_counter())
        editing.confirm(card.version.id, card.version.facts)
        life.submit(card.version.id)
        steps.append(time.perf_counter())
    with use_actor(reviewer):
        life.publish(card.version.id)
    steps.append(time.perf_counter())
    with use_actor(keeper):
        life.withdraw(card.version.id, "量完撤下")
    steps.append(time.perf_counter())
    names = ("read", "findings answered", "confirmed and handed over", "published", "withdrawn")
    taken = {name: round(b - a, 1) for name, a, b in zip(names, steps, steps[1:], strict=False)}
    return {"characters": len(content), "passages": len(card.passages), "findings": len(card.findings), **taken}


def bring_files(files: int) -> dict[str, Any]:
    """So many files in one upload, read as the background task reads them."""
    from minhu.directory.queries.actors import actor_named
    from minhu.directory.queries.units import unit_by_code
    from minhu.kernel.actors import use_actor
    from minhu.knowledge.queries import uploads as views
    from minhu.knowledge.services import uploads
    from minhu.knowledge.types import EntryData, Rights

    maker = _maker()
    made = [(f"文件{at}.md", _text(maker, at).encode()) for at in range(files)]
    keeper, unit = actor_named("luguanwen"), unit_by_code("HX")
    assert keeper is not None
    assert unit is not None
    begun = time.perf_counter()
    with use_actor(keeper):
        upload = uploads.start(made, unit.id, Rights(), EntryData())
    taken = time.perf_counter() - begun
    finished = False
    while not finished:
        uploads.run_in_background(upload)
        with use_actor(keeper):
            view = views.upload_view(upload)
        finished = view.finished
    return {
        "files": len(view.items),
        "failed": view.failed,
        "taken in": round(taken, 1),
        "read": round(time.perf_counter() - begun - taken, 1),
    }
