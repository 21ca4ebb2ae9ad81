"""Background jobs of intake."""

from __future__ import annotations

from procrastinate.contrib.django import app

from minhu.intake.services import importing
from minhu.kernel.actors import SYSTEM, use_actor


@app.task(name=importing.JOB)
def import_file(batch_id: int) -> None:
    """Run an uploaded file."""
    with use_actor(SYSTEM):
        importing.run_in_background(batch_id)
