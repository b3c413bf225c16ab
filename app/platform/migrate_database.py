"""Brings the database to this bundle's newest revision: once per release, on one instance, before traffic moves over.

Going back to a version, its bundle does not know the revisions that came after it. Alembic would refuse them, and the
deployment with them; the database is left as it is then, provided that it once was where this bundle wants it.
"""

import sys

from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from sqlalchemy import Column, MetaData, String, Table, insert, inspect, select

from application import application

# Every revision that the database has been brought to. Alembic itself remembers the last one only.
APPLIED = Table("applied_revisions", MetaData(), Column("revision", String(64), primary_key=True))


def main() -> int:
    """Migrates; the exit code is 0 unless the database and the bundle have different histories."""
    with application.app_context():
        migrate = application.extensions["migrate"]
        config = migrate.migrate.get_config(migrate.directory)
        script = ScriptDirectory.from_config(config)
        own = {revision.revision for revision in script.walk_revisions()}
        engine = migrate.db.engine
        unknown = _current(config, script) - own
        if not unknown:
            upgrade()
            _remember(engine, own)
            return 0
        wanted = set(script.get_heads())
        where = ", ".join(sorted(unknown))
        if wanted <= _remembered(engine):
            print(f"the database is ahead, at {where}, and is left as it is: a version before runs on it")
            return 0
        print(
            f"the database is at {where}, which this bundle does not know, "
            f"and never was at {', '.join(sorted(wanted))}: the bundle's migrations are not this database's",
            file=sys.stderr,
        )
        return 1


def _current(config, script) -> set[str]:
    """Revisions that the database is at, asked in the application's own environment of Alembic."""
    current: set[str] = set()

    def note(heads, _context):
        current.update(heads)
        return []

    with EnvironmentContext(config, script, fn=note, dont_mutate=True):
        script.run_env()
    return current


def _remember(engine, revisions: set[str]) -> None:
    with engine.begin() as connection:
        APPLIED.create(connection, checkfirst=True)
        before = set(connection.scalars(select(APPLIED.c.revision)))
        new = [{"revision": revision} for revision in sorted(revisions - before)]
        if new:
            connection.execute(insert(APPLIED), new)


def _remembered(engine) -> set[str]:
    with engine.connect() as connection:
        if not inspect(connection).has_table(APPLIED.name):
            return set()
        return set(connection.scalars(select(APPLIED.c.revision)))


if __name__ == "__main__":
    sys.exit(main())
