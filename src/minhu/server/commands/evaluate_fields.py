"""`minhu evaluate fields`: the parts of addresses, trained on one file and read in another."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from minhu.server.commands.evaluate import fail, ratio, show


def fields(
    train: Annotated[
        Path, typer.Option("--train", help="One character and its BIO tag a line, an empty line between.")
    ],
    cases: Annotated[Path, typer.Option("--cases", help="A file of the same shape.")],
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="Rounds of training.")] = 90,
) -> None:
    """Train the reader of addresses, then precision, recall and F1 of whole parts with their labels."""
    from minhu.language import address_parts

    files = []
    for file in (train, cases):
        try:
            with file.open(encoding="utf-8-sig") as lines:
                files.append(address_parts.read_conll(lines))
        except (OSError, ValueError) as error:
            fail(f"无法读取 {file.name}：{error}")
        if not files[-1]:
            fail(f"{file.name} 里没有一个地址")
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "addresses.crf"
        try:
            address_parts.train(files[0], model, rounds)
        except ValueError as error:
            fail(str(error))
        size = model.stat().st_size
        trained = time.process_time()
        parser = address_parts.AddressParser(model)
        got = [parser.tag(tokens) for tokens, _ in files[1]]
    spent = (time.process_time() - trained) * 1000 / len(files[1])
    right = found = wanted = 0
    for (_, tags), tagged in zip(files[1], got, strict=True):
        said, read = set(address_parts.spans(tags)), set(address_parts.spans(tagged))
        right, found, wanted = right + len(said & read), found + len(read), wanted + len(said)
    show(
        "fields",
        {
            "rows_train": len(files[0]), "rows": len(files[1]), "parts": wanted, "precision": ratio(right, found),
            "recall": ratio(right, wanted), "f1": ratio(2 * right, found + wanted), "model_kilobytes": size // 1024,
            "train_seconds": round(trained - begun, 1), "ms_per_address": round(spent, 3),
        },
    )  # fmt: skip
