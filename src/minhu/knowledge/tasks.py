"""Background jobs of knowledge."""

from __future__ import annotations

from procrastinate.contrib.django import app

from minhu.kernel.actors import SYSTEM, use_actor
from minhu.knowledge.services import gate, running, uploads


@app.task(name=uploads.JOB)
def read_upload(upload_id: int) -> None:
    """Read the files of an upload."""
    with use_actor(SYSTEM):
        uploads.run_in_background(upload_id)


@app.task(name=running.JOB)
def run_set(run_id: int) -> None:
    """Ask the questions of an evaluation set."""
    with use_actor(SYSTEM):
        running.run_in_background(run_id)


@app.task(name=gate.JOB)
def try_version(run_id: int) -> None:
    """Ask the questions about a document as if a version were published."""
    with use_actor(SYSTEM):
        gate.run_in_background(run_id)
