"""Run as a program in the house's environment: more of the city's people may be entered with one click."""

from __future__ import annotations

MORE = {
    "wenwenqu": "a second dispatcher",
    "gutinglan": "handles at the district's housing bureau",
    "wenheming": "handles at the street of the demo's grid worker",
}


def main() -> None:
    """Mark the accounts as demo accounts."""
    from minhu.server.bootstrap import setup

    setup()
    from django.db import transaction

    from minhu.directory.access import as_system
    from minhu.directory.models import Staff

    with transaction.atomic(), as_system():
        changed = Staff.objects.filter(username__in=MORE).update(demo=True)
    assert changed == len(MORE), f"only {changed} of {sorted(MORE)} work in the city"


if __name__ == "__main__":
    main()
