"""The demo city's scenario trees: drafted by the machine from its papers, edited by hand, brought in as people would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

from django.db import transaction

from minhu.directory.queries.freshness import local_day
from minhu.kernel.actors import use_actor
from minhu.knowledge.queries import trees
from minhu.knowledge.services import tree_files, tree_life
from minhu.server.demo.library import KEEPER, REVIEWER, actor_of, unit_of
from minhu.server.demo.papers import fresh

FOLDER: Final = files("minhu.server.demo").joinpath("trees")


def sources() -> Iterator[dict[str, Any]]:
    """The files of the trees told for today, in order."""
    for one in sorted(FOLDER.iterdir(), key=lambda entry: entry.name):
        if one.name.endswith(".json"):
            yield json.loads(fresh(one.read_text(encoding="utf-8"), local_day()))


def load_trees() -> int:
    """Bring in, submit and publish every tree that is not there yet; how many. Its papers have been published before."""
    keeper, reviewer = actor_of(KEEPER), actor_of(REVIEWER)
    with use_actor(keeper):
        there = {row.title for row in trees.listed()}
    brought = 0
    for data in sources():
        if data["title"] in there:
            continue
        with transaction.atomic():  # an interrupted load leaves no draft behind that the next one would take as done
            with use_actor(keeper):
                taken = tree_files.take(json.dumps(data).encode(), unit_of(data["owner"]))
                tree_life.submit(taken.tree_id)
            with use_actor(reviewer):
                tree_life.publish(taken.tree_id)
        brought += 1
    return brought
