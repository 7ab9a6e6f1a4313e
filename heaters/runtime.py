"""Puts a process together from its settings: servers, database, store, message sender."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from heaters.config import Settings
from heaters.connection import ensure_newest_schema, open_configured_store, server_urls
from heaters.pipeline.broker import Sender, make_broker
from heaters.repositories.database import Database
from heaters.services.installation import claim_store
from heaters.storage.store import ObjectStore


@dataclass(frozen=True)
class Runtime:
    """What every command and every page works with."""

    settings: Settings
    database: Database
    database_url: str
    redis_url: str
    _claiming: threading.Lock = field(default_factory=threading.Lock, init=False)

    @cached_property
    def unclaimed_store(self) -> ObjectStore:
        """The object store, whosever it is: for addresses and its marker, and nothing else.

        No server is asked: so an S3 that hangs holds up no page.

        Raises:
            InvalidConfiguration: its address cannot be used.
        """
        return open_configured_store(self.settings)

    @property
    def store(self) -> ObjectStore:
        """The object store, known to be ours since it was first needed.

        Raises:
            InvalidConfiguration: its address cannot be used, or it is another installation's.
            ExternalFailure: it does not answer.
        """
        with self._claiming:  # from Python 3.12 on a cached property has no lock
            return self._claimed_store

    @cached_property
    def _claimed_store(self) -> ObjectStore:
        claim_store(self.database, self.unclaimed_store)
        return self.unclaimed_store

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
    with ExitStack() as stack:
        urls = stack.enter_context(server_urls(settings, on_step=on_step))
        ensure_newest_schema(urls.database_url, upgrade=migrate or settings.database_url is None)
        sender = Sender(make_broker(urls.redis_url))
        stack.callback(sender.close)
        database = Database(urls.database_url, send=sender, patience_s=patience_s)
        stack.callback(database.close)
        yield Runtime(settings, database, urls.database_url, urls.redis_url)
