"""The assistants of the process (流程助手): eight named steps at which the house suggests, each switched by itself.

None of them decides: what an assistant proposes is confirmed by a person or by a published rule. Signs of danger to life
belong to no assistant; they are looked for whatever is switched off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minhu.directory.domain.reading import Problems, Reader
from minhu.directory.types import ProcessStep


@dataclass(frozen=True)
class Assistants:
    """Which assistants a version of the rules switches off; those it does not name work."""

    version: str
    off: frozenset[ProcessStep]

    def on(self, step: ProcessStep) -> bool:
        """Whether the assistant of a step works."""
        return step not in self.off


def parse_assistants(content: Mapping[str, Any], version: str) -> Assistants:
    """Read the switches; raises Invalid naming each step that does not exist or stands there twice."""
    problems, off = Problems(), []
    body = Reader(content, problems)
    for reader in body.children("off"):
        code = reader.text("step", required=True)
        if code not in set(ProcessStep):
            problems.add(reader.at("step"), f"没有“{code}”这个环节，可选：{'、'.join(ProcessStep)}。")
        elif ProcessStep(code) in off:
            problems.add(reader.at("step"), f"“{code}”重复。")
        else:
            off.append(ProcessStep(code))
        reader.no_other_keys()
    body.no_other_keys()
    problems.raise_if_any("流程助手")
    return Assistants(version, frozenset(off))
