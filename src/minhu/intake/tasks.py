"""Background jobs of intake."""

from __future__ import annotations

from procrastinate.contrib.django import app

from minhu.intake.services import importing, learning
from minhu.kernel.actors import SYSTEM, use_actor


@app.task(name=importing.JOB)
def import_file(batch_id: int) -> None:
    """Run an uploaded file."""
    with use_actor(SYSTEM):
        importing.run_in_background(batch_id)


@app.task(name=learning.JOB)
def train_model(model_id: int) -> None:
    """Train a category model of what people taught."""
    with use_actor(SYSTEM):
        learning.train_in_background(model_id)
