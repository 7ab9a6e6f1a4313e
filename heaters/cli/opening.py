"""The library as commands that only read open it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from heaters.cli.output import status
from heaters.config import get_settings
from heaters.connection import reading_connection


@contextmanager
def library() -> Iterator[psycopg.Connection]:
    """Open the database, and show what is being started where that takes time."""
    with status() as show, reading_connection(get_settings(), on_step=show) as connection:
        yield connection
