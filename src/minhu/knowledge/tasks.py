"""Background jobs of knowledge."""

from __future__ import annotations

from procrastinate.contrib.django import app

from minhu.kernel.actors import SYSTEM, use_actor
from minhu.knowledge.services import uploads


@app.task(name=uploads.JOB)
def read_upload(upload_id: int) -> None:
    """Read the files of an upload."""
    with use_actor(SYSTEM):
        uploads.run_in_background(upload_id)
