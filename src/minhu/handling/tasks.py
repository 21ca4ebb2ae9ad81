"""Background jobs of handling."""

from __future__ import annotations

from procrastinate.contrib.django import app

from minhu.handling.services import simulating
from minhu.kernel.actors import SYSTEM, use_actor


@app.task(name=simulating.JOB)
def simulate_draft(simulation_id: int) -> None:
    """Play a draft of the catalogue or duty list on past orders."""
    with use_actor(SYSTEM):
        simulating.run(simulation_id)
