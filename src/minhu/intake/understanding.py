"""The seam between a request and what the `language` and `directory` rooms make of its words.

Pure reading: nothing here writes, and a citizen's words never trigger anything by themselves. Long texts are
read in full for danger to life; for everything else the beginning decides.
"""

from __future__ import annotations

from collections.abc import Iterator

from minhu.directory.queries import dispatch, lines, rules
from minhu.directory.queries.lines import Line
from minhu.directory.queries.units import unit_by_code
from minhu.directory.types import ProcessStep, RequestType
from minhu.directory.types import Urgency as Urgencies
from minhu.intake import lexicon
from minhu.intake.domain.deciding import decide, may_accept
from minhu.intake.domain.samekeys import keys_of
from minhu.intake.lexicon import CategoryReading, PlaceReading
from minhu.intake.types import NewRequest, SuggestedField
from minhu.intake.understood import Proposed, Understood
from minhu.language.types import Suggestion, Urgency
from minhu.language.understanding import LONGEST
from minhu.language.understanding import understand as read
from minhu.language.urgency import assess

LINE_UNIT = 0.4
"""How sure a line is of its unit where the catalogue names none: enough to be shown, never to be acted upon alone."""
_TYPES = {kind.said: kind.value for kind in RequestType}
_UNJUDGED = Suggestion("accept", 0.0, "受理助手已停用，请人工判断", maker="off", code="accept")
_UNREAD = Suggestion("", 0.0, "", maker="off")


def understand(new: NewRequest) -> Understood:
    """Understand one checked request; never fails for what the words say, only returns less.

    An assistant that is switched off (``directory``'s rules) proposes nothing; danger to life is looked for all the same.
    """
    words = lexicon.words_of_the_city()
    read_as = read(new.text, new.title, words.home, words.gazetteer, words.index, words.model)
    danger = _danger(new.text, read_as.urgency)
    helpers = rules.assistants()
    reads = helpers.on(ProcessStep.UNDERSTAND)
    line = lines.line(new.line) if new.line else None
    category = lexicon.category_of(read_as, line) if reads else CategoryReading()
    point = (new.latitude, new.longitude) if new.latitude is not None and new.longitude is not None else None
    place = lexicon.place_of(new.place_text, read_as, words, point) if reads else PlaceReading()
    kind = read_as.request_type if reads else _UNREAD
    verdict = decide(danger, read_as.intake if helpers.on(ProcessStep.ACCEPT) else _UNJUDGED, rules.intake_rules())
    found = _suggestions(new, read_as.title if reads else "", danger, kind, category, place, line)
    return Understood(
        title=new.title or read_as.title,
        request_type=new.request_type or _TYPES.get(kind.value, ""),
        category_id=category.category_id,
        category_confidence=category.confidence,
        area_code=place.area_code,
        area_name=place.name,
        place_hint=place.hint,
        place_mark=place.mark,
        urgency=danger.level,
        sensitive=danger.life_danger,
        bands=read_as.fingerprint.bands,
        simhash=read_as.fingerprint.simhash,
        suggestions=tuple(
            one for one in found if one.field is not SuggestedField.UNIT or helpers.on(ProcessStep.DISPATCH)
        ),
        decision=verdict,
        keys=keys_of(new.title, new.text, new.place_text, place.area_code or ""),
        auto_accept=may_accept(verdict, rules.automation()),
    )


def _danger(text: str, beginning: Urgency) -> Urgency:
    """Danger to life is looked for to the last character, also in a text of twenty thousand."""
    if beginning.life_danger or len(text) <= LONGEST:
        return beginning
    rest = assess(text[LONGEST - 100 :])
    return rest if rest.life_danger else beginning


def _suggestions(
    new: NewRequest, title: str, danger: Urgency, kind: Suggestion, category: CategoryReading, place: PlaceReading,
    line: Line | None,
) -> Iterator[Proposed]:  # fmt: skip
    if title and not new.title:
        yield Proposed(SuggestedField.TITLE, title, title, 0.8, "取自正文中说明问题的一句", "titles/2026.1")
    code = _TYPES.get(kind.value, "")
    if code and code != new.request_type:
        yield Proposed(SuggestedField.REQUEST_TYPE, code, kind.value, kind.confidence, kind.basis, kind.maker)
    if category.proposed:
        yield category.proposed
    if place.proposed:
        yield place.proposed
    reasons = "；".join(danger.reasons[:4]) or "没有发现危及生命或民生急事的表述"
    value: dict[str, object] = {"level": danger.level, "hand_over": danger.hand_over}
    if len(danger.services) > 1:
        value["services"] = list(danger.services)
    yield Proposed(
        SuggestedField.URGENCY, value, Urgencies(danger.level).said, danger.confidence, reasons, danger.maker
    )
    target = dispatch.resolve(category.category_id, place.area_code, new.request_type or code)
    if target:
        yield Proposed(
            SuggestedField.UNIT,
            {
                "unit_id": target.lead_unit_id,
                "assist_unit_ids": list(target.assist_unit_ids),
                "catalogue_item_id": target.catalogue_item_id,
            },
            target.lead_unit_name,
            round(min(target.confidence, category.confidence, place.confidence or 1.0), 3),
            target.explanation,
            f"catalogue/{target.catalogue_version}",
        )
    elif line is not None and (unit := unit_by_code(line.unit)) is not None and unit.active:
        yield Proposed(
            SuggestedField.UNIT, {"unit_id": unit.id, "assist_unit_ids": [], "catalogue_item_id": None}, unit.name,
            LINE_UNIT, f"派单目录没有对应条目；由“{line.name}”打进来的事项一般由它办理", f"lines/{line.code}",
        )  # fmt: skip
