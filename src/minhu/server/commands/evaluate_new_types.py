"""`minhu evaluate new-types`: is what fits no category recognised? Each category in turn is kept from the training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from minhu.server.commands.evaluate import fail, labelled, show
from minhu.server.tables import BadFile


def new_types(
    train: Annotated[list[Path], typer.Option("--train", help="CSV with title, body, category or words, category.")],
    test: Annotated[Path, typer.Option("--test", help="CSV of the same columns.")],
    rows: Annotated[int, typer.Option("--rows", min=100, help="Learn from about so many rows.")] = 3500,
) -> None:
    """AUROC for each category left out: do its messages score stranger than those of the categories that were learnt?"""
    try:
        given = [row for file in train for row in labelled(file)]
        asked = labelled(test)
    except BadFile as error:
        fail(str(error))
    import numpy as np

    from minhu.language import measures
    from minhu.language.categories import ModelError
    from minhu.language.meaning import default_meaning
    from minhu.language.novelty import Novelty, auroc
    from minhu.language.subject_training import train_subjects

    leaks = measures.shared_with([text for text, _ in given], [text for text, _ in asked])
    learnt = [row for row, leak in zip(given, leaks, strict=True) if not leak]
    learnt = learnt[:: max(1, len(learnt) // rows)]
    found = {}
    try:
        for left_out in sorted({label for _, label in asked}):
            kept = [row for row in learnt if row[1] != left_out]
            model = train_subjects(kept, version="evaluation")
            novelty = Novelty.learn(model, default_meaning(), [text for text, _ in kept])
            scores = np.array([novelty.score(text) for text, _ in asked])
            found[left_out] = round(auroc(np.array([label == left_out for _, label in asked]), scores), 4)
            typer.echo(f"{left_out}  {found[left_out]}")
    except (ModelError, ValueError) as error:
        fail(str(error))
    show("new-types", {
        "rows_train": len(learnt), "rows_test": len(asked), "auroc": round(sum(found.values()) / len(found), 4),
        "auroc_least": min(found.values()),
    })  # fmt: skip
