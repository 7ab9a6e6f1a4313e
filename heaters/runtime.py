"""Puts a process together from its settings: servers, database, store, message sender."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property

from heaters import migrations
from heaters.config import Settings
from heaters.embedded import embedded_servers
from heaters.pipeline.broker import Sender, make_broker
from heaters.repositories.database import Database
from heaters.repositories.engine import patience
from heaters.services.installation import claim_store
from heaters.storage.store import ObjectStore, open_store


@dataclass(frozen=True)
class Runtime:
    """What every command and every page works with."""

    settings: Settings
    database: Database
    database_url: str
    redis_url: str

    @cached_property
    def store(self) -> ObjectStore:
        """The object store, opened when it is first needed, and then known to be ours.

        Raises:
            InvalidConfiguration: its address cannot be used, or it is another installation's.
        """
        store = open_configured_store(self.settings)
        claim_store(self.database, store)
        return store

    def __repr__(self) -> str:
        """Hide the addresses: they hold passwords."""
        return f"Runtime(data_dir={str(self.settings.data_dir)!r})"


@contextmanager
def open_runtime(
    settings: Settings,
    *,
    migrate: bool = False,
    patience_s: float | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> Iterator[Runtime]:
    """Start what is embedded, connect to the rest, and close everything at the end.

    An embedded database is always brought to the newest schema. One on a server only with
    ``migrate``, since others may be using it.

    Args:
        settings: of this process.
        migrate: whether to bring a server's database to the newest schema.
        patience_s: how long a statement may wait for the database's answer; None: for ever.
        on_step: told in a few words what is being started.

    Raises:
        DatabaseAway: it does not answer.
        InvalidConfiguration: the server's database is not at this version's schema, or a setting
            cannot be used.
    """
    database_url = settings.database_url.get_secret_value() if settings.database_url else None
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    with ExitStack() as stack:
        if not (database_url and redis_url):
            urls = stack.enter_context(
                embedded_servers(
                    settings.data_dir,
                    postgres=not database_url,
                    redis=not redis_url,
                    on_step=on_step,
                )
            )
            migrate = migrate or not database_url
            database_url = database_url or urls.database_url
            redis_url = redis_url or urls.redis_url
        sender = Sender(make_broker(redis_url))
        stack.callback(sender.close)
        database = Database(database_url, send=sender, patience_s=patience_s)
        stack.callback(database.close)
        if migrate:
            with patience(None):
                migrations.upgrade(database.engine)
        else:
            migrations.require_newest(database.engine)
        yield Runtime(settings, database, database_url, redis_url)


def open_configured_store(settings: Settings) -> ObjectStore:
    """Open the object store that the settings name.

    Raises:
        InvalidConfiguration: its address cannot be used.
    """
    return open_store(
        settings.storage_url or (settings.data_dir / "objects").absolute().as_uri(),
        s3_endpoint_url=settings.s3_endpoint_url,
        s3_region=settings.s3_region,
        s3_storage_class=settings.s3_storage_class,
        s3_master_storage_class=settings.s3_master_storage_class,
    )
