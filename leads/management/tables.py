"""Commands that read or write the database say in one sentence that it is not there yet, instead of a traceback about a table."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

UNMADE = "The database {name} has no tables yet, or not all of this version. Make them with `manage.py migrate`, then try again."
AWAY = "The database {name} cannot be reached. See that DATABASE_URL is right and that its server runs."


class TableCommand(BaseCommand):
    """A command whose database must be migrated before it does anything, its own arguments aside."""

    requires_migrations_checks = True

    def check_migrations(self) -> None:
        demand_tables()


def demand_tables(*, returncode: int = 1) -> None:
    """Raises CommandError with the mend: the database is away, or a migration has not been applied to it."""
    name = f"“{connection.settings_dict['NAME']}”"
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as away:
        raise CommandError(AWAY.format(name=name), returncode=returncode) from away
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError(UNMADE.format(name=name), returncode=returncode)
