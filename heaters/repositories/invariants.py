"""Looks for rows that break a rule: each rule is a query in ``rules/``, and says so on top.

A query returns, for everything that breaks its rule, the row's name and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

RULES: dict[str, str] = {
    query.partition("\n")[0].removeprefix("-- "): query
    for query in (path.read_text() for path in sorted((Path(__file__).parent / "rules").iterdir()))
}
"""The query for what breaks each rule."""


@dataclass(frozen=True)
class Finding:
    """A row or object that breaks a rule.

    Attributes:
        rule: which one.
        where: its name, such as ``clip 17`` or a key.
        what: what is wrong with it.
    """

    rule: str
    where: str
    what: str


class InvariantRepository:
    """The whole database, as one snapshot shows it."""

    def __init__(self, session: Session) -> None:
        """Begin a transaction that sees one moment; the session has not begun one yet."""
        self._connection = session.connection(
            execution_options={"isolation_level": "REPEATABLE READ"}
        )

    def broken(self) -> Iterator[Finding]:
        """Go through all that breaks a rule of ``RULES``."""
        for rule, query in RULES.items():
            for where, what in self._connection.execute(text(query)):
                yield Finding(rule, where, what)

    def keys(self) -> dict[str, bool]:
        """Return every key that a row names, and whether its object must be there."""
        query = """
            SELECT key, retired_at IS NULL OR retired_revision IS NOT NULL AS is_needed
            FROM artifacts"""
        return {row.key: row.is_needed for row in self._connection.execute(text(query))}
