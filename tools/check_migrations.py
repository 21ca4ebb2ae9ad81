"""Models and migrations agree: nobody's change of a table was left without its migration."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from common import report, use_house


def findings() -> Iterator[str]:
    """A sentence for each app whose models changed since its last migration; asks no database."""
    use_house()
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState
    from django.utils import translation

    translation.deactivate_all()  # as makemigrations does: verbose names of Django's own fields are translated
    loader = MigrationLoader(None)
    for app, names in loader.detect_conflicts().items():
        yield f"{app}: two migrations claim to be the last: {', '.join(names)}"
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    for app, migrations in detector.changes(graph=loader.graph).items():
        if apps.get_app_config(app).name.startswith("minhu."):
            steps = [operation.describe() for migration in migrations for operation in migration.operations]
            yield f"{app}: models changed without a migration: {'; '.join(steps)}"


if __name__ == "__main__":
    sys.exit(report("migrations", findings()))
