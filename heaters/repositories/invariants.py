"""Looks for rows that break a rule: each rule is a query in ``rules/``, and says so on top.

A query returns, for everything that breaks its rule, the row's name and what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

RULES: dict[str, str] = {
    query.partition("\n")[0].removeprefix("-- "): query
    for query in (path.read_text() for path in sorted((Path(__file__).parent / "rules").iterdir()))
}
"""The query for what breaks each rule."""

_NEEDED = "retired_at IS NULL OR retired_revision IS NOT NULL"


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
    """The whole database, a statement at a time: each sees one moment."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()

    def broken(self, rule: str, *, limit: int) -> tuple[list[Finding], int]:
        """Return the first of all that breaks a rule of ``RULES``, and how much that is in all."""
        query = text(
            f"SELECT place, what, count(*) OVER () FROM ({RULES[rule]}) AS broken (place, what)"  # noqa: S608
            " LIMIT :limit"
        )
        rows = self._connection.execute(query, {"limit": limit}).all()
        count = rows[0][2] if rows else 0
        return [Finding(rule, place, what) for place, what, _ in rows], count

    def keys(self, *, after: str, until: str | None, limit: int) -> dict[str, bool]:
        """Return keys that a row names, in order, and whether their objects must be there.

        Args:
            after: keys behind this one.
            until: keys up to this one; None means the last.
            limit: how many at most.
        """
        query = text(f"""
            SELECT key, {_NEEDED} AS is_needed FROM artifacts
            WHERE key > :after {"AND key <= :until" if until is not None else ""}
            ORDER BY key LIMIT :limit""")  # noqa: S608
        values = {"after": after, "until": until, "limit": limit}
        return {row.key: row.is_needed for row in self._connection.execute(query, values)}

    def needed_among(self, keys: Sequence[str]) -> list[str]:
        """Return those of the keys whose objects must be there now, in order."""
        query = f"SELECT key FROM artifacts WHERE key = ANY(:keys) AND ({_NEEDED}) ORDER BY key"  # noqa: S608
        return list(self._connection.scalars(text(query), {"keys": list(keys)}))
