"""Stops a statement that runs for long when its process has to end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Connection
from sqlmodel import Session

_LOOK_S = 0.1


@contextmanager
def cancelled_by(session: Session, stopped: threading.Event) -> Iterator[None]:
    """Cancel the session's statement soon after ``stopped`` is set.

    Raises:
        DatabaseBusy: it was cancelled.
    """
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, Connection)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_S):
            if stopped.is_set():
                connection.cancel_safe()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
