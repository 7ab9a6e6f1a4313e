"""How PostgreSQL carries out statements: which tables it scans, and how much it reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event, text
from sqlmodel import Session

_SMALL_TABLE_ROWS = 100


@dataclass(frozen=True)
class Plan:
    """One statement as it was carried out.

    Attributes:
        statement: its text.
        nodes: every node of the plan, as EXPLAIN tells them.
    """

    statement: str
    nodes: Sequence[dict[str, Any]]

    @property
    def scanned_tables(self) -> set[str]:
        """Tables of more than 100 rows that it reads from one end to the other."""
        scans = [node for node in self.nodes if node["Node Type"] == "Seq Scan"]
        return {node["Relation Name"] for node in scans if _rows(node) > _SMALL_TABLE_ROWS}

    @property
    def row_count(self) -> int:
        """How many rows its scans read, those that a filter threw away included."""
        return round(sum(_rows(node) for node in self.nodes if "Relation Name" in node))

    @property
    def page_count(self) -> int:
        """How many pages of 8 KB it reads, from the cache or from the disk."""
        return self.nodes[0]["Shared Hit Blocks"] + self.nodes[0]["Shared Read Blocks"]


@contextmanager
def explained(session: Session) -> Iterator[list[Plan]]:
    """Explain each statement that the block sends through the session, right before it is sent.

    A statement that changes rows is carried out for the plan, and that is rolled back.
    """
    plans: list[Plan] = []
    connection = session.connection()

    def explain(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        with driver.cursor() as cursor:
            cursor.execute("SAVEPOINT explained")
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
            [[[found]]] = cursor.fetchall()
            cursor.execute("ROLLBACK TO SAVEPOINT explained")
        plans.append(Plan(statement, list(_nodes(found["Plan"]))))

    event.listen(connection, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(connection, "before_cursor_execute", explain)


@dataclass(frozen=True)
class RowsRead:
    """How many rows of a table were read, and whether by going through the whole table."""

    count: int
    scanned: bool


@contextmanager
def rows_read(session: Session, *, plans: str) -> Iterator[dict[str, RowsRead]]:
    """Tell, once the block has ended, what its statements have read of each table.

    Args:
        session: sends the statements, each of them prepared.
        plans: the server's ``plan_cache_mode``.
    """
    connection = session.connection()
    connection.execute(text(f"SET LOCAL plan_cache_mode = {plans}"))
    driver = connection.connection.driver_connection
    assert driver is not None
    threshold, driver.prepare_threshold = driver.prepare_threshold, 0
    before = dict(_counters(connection))
    found: dict[str, RowsRead] = {}
    try:
        yield found
    finally:
        driver.prepare_threshold = threshold
    for table, (rows, scanned) in _counters(connection):
        old_rows, old_scanned = before.get(table, (0, 0))
        if rows > old_rows:
            found[table] = RowsRead(rows - old_rows, scanned > old_scanned)


def _counters(connection: Connection) -> Iterator[tuple[str, tuple[int, int]]]:
    query = """
        SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0), seq_tup_read
        FROM pg_stat_xact_user_tables"""
    for table, rows, scanned in connection.execute(text(query)):
        yield table, (rows, scanned)


def assert_quick(plans: Sequence[Plan], *, rows: int, pages: int) -> None:
    """Refuse a statement that scans a whole table, or reads more rows or pages than these."""
    assert plans
    for plan in plans:
        figures = (plan.scanned_tables, plan.row_count, plan.page_count)
        within = not plan.scanned_tables and plan.row_count <= rows and plan.page_count <= pages
        assert within, f"{figures}: {plan.statement}\n{json.dumps(plan.nodes[0], indent=1)}"


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


def _rows(node: dict[str, Any]) -> float:
    removed = [value for name, value in node.items() if name.startswith("Rows Removed")]
    return (node["Actual Rows"] + sum(removed)) * node["Actual Loops"]
