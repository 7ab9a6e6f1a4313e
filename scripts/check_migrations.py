"""Migrate an empty database up, compare it with the models, migrate it down and up again."""

from __future__ import annotations

import sys

from sqlalchemy import create_engine

from heaters import migrations
from tests.support.servers import running_servers


def main() -> int:
    """Return 0 where the migrations lead to what the models say."""
    with running_servers() as servers:
        engine = create_engine(servers.urls.database_url)
        migrations.upgrade(engine)
        migrations.downgrade(engine)
        migrations.upgrade(engine)
        differences = migrations.differences(engine)
        engine.dispose()
    print(differences or "migrations agree with the models")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
