"""Single changes of areas by an administrator: the words people use for them, and the landmarks in them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from minhu.directory.models import Area, Landmark
from minhu.directory.policy import Action
from minhu.directory.services.changes import LOCK_AREAS, change, record
from minhu.directory.services.loading import texts
from minhu.kernel.errors import Conflict, Invalid, NotFound
from minhu.language.shapes import read_shape

LONGEST_NAME = 64
MOST_BYTES: Final = 2 * 1024 * 1024


def _area(code: str) -> Area:
    area = Area.objects.select_for_update().filter(code=code).first()
    if area is None:
        raise NotFound("没有这个区划，请核对代码。", code="no_such_area")
    return area


def _words(words: Iterable[str] | str, field: str) -> list[str]:
    found = texts(words if isinstance(words, str) else list(words))
    if wrong := next((word for word in found if len(word) > LONGEST_NAME or "/" in word), None):
        message = f"“{wrong[:20]}”太长或含有“/”，每个别名不超过 {LONGEST_NAME} 个字。"
        raise Invalid(message, fields={field: message})
    return found


def set_aliases(code: str, aliases: Iterable[str] | str) -> list[str]:
    """Replace the other names of an area ('老城厢、城厢镇' or a list); returns what is stored."""
    with change(Action.MANAGE_DIRECTORY, lock=LOCK_AREAS):
        area = _area(code)
        words = [word for word in _words(aliases, "aliases") if word != area.name]
        if words != area.aliases:
            area.aliases = words
            area.save(update_fields=["aliases"])
            record("area_changed", ("area", code), fields=["aliases"], aliases=words)
        return words


def set_boundary(code: str, content: bytes | None) -> int:
    """Store an area's boundary from a GeoJSON file, or take it away (None); returns its number of points.

    Raises Invalid with what to do for anything that is no boundary, NotFound.
    """
    shape, points = None, 0
    if content is not None:
        try:
            if len(content) > MOST_BYTES:
                raise ValueError("文件超过 2 MB，请先在地图软件里简化边界。")
            shape = json.loads(content.decode("utf-8-sig"))
            points = read_shape(shape).points
        except RecursionError as error:
            message = "文件嵌套太深，不是 GeoJSON 边界。"
            raise Invalid(message, fields={"boundary": message}) from error
        except ValueError as error:
            broken = isinstance(error, json.JSONDecodeError | UnicodeDecodeError)
            message = "文件不是可读的 GeoJSON，请用 UTF-8 保存后再上传。" if broken else str(error)
            raise Invalid(message, fields={"boundary": message}) from error
    with change(Action.MANAGE_DIRECTORY, lock=LOCK_AREAS):
        area = _area(code)
        if area.boundary != shape:
            area.boundary = shape
            area.save(update_fields=["boundary"])
            record("area_changed", ("area", code), fields=["boundary"], points=points)
    return points


def put_landmark(
    code: str, name: str, kind: str, aliases: Iterable[str] | str = "", *, landmark_id: int | None = None
) -> Landmark:
    """Add a landmark to an area, or change one; raises Invalid, NotFound, or Conflict for a name that is there."""
    with change(Action.MANAGE_DIRECTORY, lock=LOCK_AREAS):
        area = _area(code)
        plain = name.strip()
        if not plain or len(plain) > LONGEST_NAME:
            message = f"名称必须填写，不超过 {LONGEST_NAME} 个字。"
            raise Invalid(message, fields={"name": message})
        there = Landmark.objects.filter(area=area, name=plain).exclude(pk=landmark_id or 0)
        if there.exists():
            message = f"{area.name}已有名为“{plain}”的地标。"
            raise Conflict(message, code="duplicate", fields={"name": message})
        mark = Landmark.objects.filter(pk=landmark_id, area=area).first() if landmark_id else Landmark(area=area)
        if mark is None:
            raise NotFound("没有找到这个地标，可能已被删除。", code="no_such_landmark")
        mark.name, mark.kind, mark.aliases = plain, (kind.strip() or "place")[:16], _words(aliases, "mark_aliases")
        mark.save()
        record("landmark_put", ("area", code), landmark=plain, place=mark.kind)
        return mark


def drop_landmark(code: str, landmark_id: int) -> None:
    """Take a landmark out of an area."""
    with change(Action.MANAGE_DIRECTORY, lock=LOCK_AREAS):
        mark = Landmark.objects.filter(pk=landmark_id, area_id=code).first()
        if mark is None:
            raise NotFound("没有找到这个地标，可能已被删除。", code="no_such_landmark")
        name = mark.name
        mark.delete()
        record("landmark_dropped", ("area", code), landmark=name)


def drop_landmarks_of_kind(kind: str) -> int:
    """Take all landmarks of one kind away, e.g. those that were learned; returns how many there were."""
    with change(Action.MANAGE_DIRECTORY, lock=LOCK_AREAS):
        marks = list(Landmark.objects.filter(kind=kind).order_by("pk"))
        for mark in marks:
            record("landmark_dropped", ("area", mark.area_id), landmark=mark.name)
            mark.delete()
        return len(marks)
