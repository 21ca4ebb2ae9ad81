"""Transcripts of recordings: SubRip, WebVTT, and lines of 'speaker: words'; each piece keeps the time at which it begins.

Sources: W3C WebVTT (cues, voice spans, NOTE and STYLE blocks); SubRip as players read it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from minhu.engines.readers import kinds
from minhu.language.papers.types import Block, BlockKind

LONGEST: Final = 160
"""Characters after which a piece ends with its sentence; cues are halves of sentences."""
_PAUSE: Final = 8
"""Seconds of silence that end a piece."""
_TIME: Final = r"(?:(?P<h>\d{1,3})[:：])?(?P<m>\d{1,2})[:：](?P<s>\d{2})(?:[.,]\d{1,3})?"
_ARROW: Final = re.compile(rf"\s*{_TIME}\s*-->\s*(?:(?P<h2>\d{{1,3}}):)?(?P<m2>\d{{1,2}}):(?P<s2>\d{{2}})")
_VOICE: Final = re.compile(r"<v(?:\.[\w.]+)?\s+([^>]{1,40})>")
_TAGS: Final = re.compile(r"</?[a-z][^>]{0,80}>|\{\\[^}]{0,40}\}|<\d[\d:.]{0,20}>", re.IGNORECASE)
_NAME: Final = r"(?P<name>[^\s：:。，！？\d][^：:。，！？\n]{0,15})"
_TURN: Final = re.compile(rf"\s*(?:[\[【(（]?{_TIME}[\]】)）]?\s*)?{_NAME}\s*[：:]\s*(?P<words>.*)$")
_HEAD: Final = re.compile(
    rf"\s*(?P<name>[^\s：:。，！？][^：:。，！？\n]{{0,15}}?)(?:\s+|\s*[\[(（]){_TIME}[\])）]?\s*$"
)
_TIMED: Final = re.compile(rf"\s*[\[【(（]?{_TIME}[\]】)）]?\s*(?P<words>.*)$")
_ENDS: Final = "。！？!?…"
_SHARE, _LEAST = 0.6, 4
_FIELDS: Final = re.compile(
    r"地址|电话|时间|地点|标题|名称|单位|日期|来源|网址|邮编|编号|备注|联系|主题|附件|抄送|注|例|答案|问题"
)


@dataclass(slots=True)
class _Turn:
    """What one speaker says from a second on; None where no time is told."""

    at: int | None
    speaker: str
    words: str
    until: int | None = None


def blocks(content: bytes, kind: str) -> Iterator[Block]:
    """The pieces of a transcript with their times."""
    lines = kinds.decoded(content).split("\n")
    yield from _pieces(_cues(lines, kind))


def is_transcript(lines: Sequence[str]) -> bool:
    """Whether a plain text is what people said: most lines begin with a time, or with one of a few names that come again."""
    filled = [line for line in lines if line.strip()][:400]
    if len(filled) < _LEAST:
        return False
    timed = sum(1 for line in filled if _is_timed(line))
    if timed >= 2 and timed >= _SHARE / 2 * len(filled):
        return True
    names = Counter(
        match["name"] for line in filled if (match := _TURN.match(line)) and not _FIELDS.search(match["name"])
    )
    again = {name: count for name, count in names.items() if count >= 2}
    return len(again) >= 2 and sum(again.values()) >= _SHARE * len(filled)


def _is_timed(line: str) -> bool:
    """Whether a line begins with a time of a recording, or is a speaker with one; 8:30 alone may be an opening time."""
    found = _TIMED.match(line)
    return _HEAD.match(line) is not None or (found is not None and (bool(found["h"]) or line.lstrip()[0] in "[【(（"))


def plain_blocks(lines: Sequence[str]) -> Iterator[Block]:
    """The pieces of a plain transcript; lines before its first speaker stay what they are."""
    turns: list[_Turn] = []
    for line in (line.strip() for line in lines if line.strip()):
        head, turn, timed = _HEAD.match(line), _TURN.match(line), _TIMED.match(line)
        if head and not _FIELDS.search(head["name"]):
            turns.append(_Turn(_seconds(head), head["name"], ""))
        elif turn and not _FIELDS.search(turn["name"]):
            turns.append(_Turn(_seconds(turn), turn["name"], turn["words"]))
        elif timed:
            turns.append(_Turn(_seconds(timed), "", timed["words"]))
        elif turns:
            turns[-1].words = f"{turns[-1].words}{line}"
        else:
            yield Block(BlockKind.PARAGRAPH, line)
    yield from _pieces(iter(turns))


def _cues(lines: Sequence[str], kind: str) -> Iterator[_Turn]:
    """Cues in their order; notes, styles and numbers of cues are no words."""
    now: _Turn | None = None
    for line in (*lines, ""):
        if found := _ARROW.match(line):
            if now is not None:
                yield now
            now = _Turn(_seconds(found), "", "", _sum(found["h2"], found["m2"], found["s2"]))
        elif not line.strip():
            if now is not None:
                yield now
            now = None
        elif now is not None:
            voice = _VOICE.search(line) if kind == kinds.VTT else None
            said = _TAGS.sub("", line).strip()
            spoken = _TURN.match(said) if voice is None and not now.words else None
            if voice is not None:
                now.speaker = voice[1].strip()
            elif spoken is not None and not _FIELDS.search(spoken["name"]):
                now.speaker, said = spoken["name"], spoken["words"]
            now.words = f"{now.words}{said}" if not now.words or not said[:1].isascii() else f"{now.words} {said}"


def _pieces(turns: Iterator[_Turn]) -> Iterator[Block]:
    """Turns put together until a sentence is over, the speaker changes, or nobody speaks for a while."""
    waiting: _Turn | None = None
    for turn in turns:
        if not turn.words.strip():
            if turn.speaker:
                if waiting is not None:
                    yield _block(waiting)
                waiting = turn
            continue
        if waiting is not None and _goes_on(waiting, turn):
            gap = "" if waiting.words.rstrip()[-1:] in f"{_ENDS}，、；：,.;:" else " "
            waiting.words, waiting.until = f"{waiting.words}{gap}{turn.words}", turn.until
            continue
        if waiting is not None and waiting.words:
            yield _block(waiting)
        waiting = turn
    if waiting is not None and waiting.words:
        yield _block(waiting)


def _goes_on(before: _Turn, turn: _Turn) -> bool:
    if turn.speaker and turn.speaker != before.speaker:
        return False
    if not before.words:
        return True
    if before.until is not None and turn.at is not None and turn.at - before.until > _PAUSE:
        return False
    ended = before.words.rstrip()[-1:] in _ENDS
    if before.until is None:  # a line of a plain transcript is whole by itself
        return False
    return (
        len(before.words) < (LONGEST if not ended else LONGEST // 2)
        and len(before.words) + len(turn.words) <= 2 * LONGEST
    )


def _block(turn: _Turn) -> Block:
    words = f"{turn.speaker}：{turn.words}" if turn.speaker else turn.words
    return Block(BlockKind.PARAGRAPH, words.strip(), mark=_mark(turn.at))


def _mark(at: int | None) -> str:
    return "" if at is None else f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}"


def _seconds(found: re.Match[str]) -> int | None:
    return _sum(found["h"], found["m"], found["s"]) if found["s"] is not None else None


def _sum(hours: str | None, minutes: str, seconds: str) -> int:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
