"""What the database's errors mean, and that nobody waits for ever for a server that hangs."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import StatementError

from heaters.connection import connect
from heaters.domain.errors import InvalidConfiguration, in_words
from heaters.repositories.database import Database, UnitOfWork
from heaters.repositories.driver import (
    DatabaseAway,
    DatabaseRefused,
    connection_error,
    patience,
)
from heaters.repositories.engine import DatabaseBusy, DatabaseConflict
from tests.support.proxy import Fault, Proxy, proxy_to

SECRET = "a value that nobody may see"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database, without tables."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    """A proxy in front of the server."""
    url = make_url(database_url)
    with proxy_to(url.host or "", url.port or 0) as proxy:
        yield proxy


@pytest.fixture
def behind_proxy(database_url: str, proxy: Proxy) -> Iterator[Database]:
    """The same database, whose server can be away."""
    url = make_url(database_url).set(port=proxy.port)
    database = Database(url.render_as_string(hide_password=False), patience_s=2)
    yield database
    database.close()


def run(database: Database, statement: str, **values: object) -> object:
    with database.unit_of_work() as uow:
        return uow.session.connection().scalar(text(statement), values)


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.HANGING, Fault.CUT_OFF])
def test_a_lost_connection_is_a_database_that_is_away_and_comes_back(
    behind_proxy: Database, proxy: Proxy, fault: Fault
) -> None:
    assert run(behind_proxy, "SELECT 1") == 1
    with pytest.raises(DatabaseAway), behind_proxy.unit_of_work() as uow:
        uow.session.connection().scalar(text("SELECT 1"))
        proxy.set(fault)
        uow.session.connection().scalar(text("SELECT 2"))
    proxy.set(Fault.NONE)
    assert run(behind_proxy, "SELECT 3") == 3


def test_a_server_that_is_down_or_hangs_before_the_first_connection_is_away(
    behind_proxy: Database, proxy: Proxy
) -> None:
    proxy.set(Fault.REFUSED)
    with pytest.raises(DatabaseAway) as refused:
        run(behind_proxy, "SELECT 1")
    assert "refused" in refused.value.detail
    assert str(proxy.port) not in str(refused.value)
    proxy.set(Fault.HANGING)
    with pytest.raises(DatabaseAway):
        run(behind_proxy, "SELECT 1")
    assert proxy.held.is_set()


@pytest.mark.parametrize("change", ["password", "role", "database"])
def test_a_server_that_lets_us_in_by_no_means_is_not_away(database_url: str, change: str) -> None:
    url = make_url(database_url)
    wrong = {
        "password": url.set(password="wrong-password"),
        "role": url.set(username="unknown", password="wrong-password"),
        "database": url.set(database="unknown"),
    }[change]
    address = wrong.render_as_string(hide_password=False)
    database = Database(address)
    for connecting in (lambda: run(database, "SELECT 1"), lambda: connect(address)):
        with pytest.raises(DatabaseRefused, match="HEATERS_DATABASE_URL") as refused:
            connecting()
        assert not refused.value.heals
        assert isinstance(refused.value, InvalidConfiguration)
        for told in (str(refused.value), refused.value.detail):
            assert "\n" not in told
            assert "wrong-password" not in told
            assert str(url.password) not in told
    database.close()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "a", no encryption', "refused"),
        ('FATAL:  database "heaters" does not exist', "refused"),
        ("FATAL:  sorry, too many clients already", "away"),
        ('FATAL:  too many connections for role "a"', "away"),
        ("FATAL:  remaining connection slots are reserved for roles with SUPERUSER", "away"),
        ("FATAL:  the database system is starting up", "away"),
        ("FATAL:  the database system is shutting down", "away"),
        ("FATAL:  the database system is in recovery mode", "away"),
        ("FATAL:  the database system is not yet accepting connections", "away"),
        ("FATAL:  terminating connection due to administrator command", "away"),
        ("Connection refused", "away"),
        ("connection timeout expired", "away"),
    ],
)
def test_what_passes_by_itself_is_away(said: str, kind: str) -> None:
    error = connection_error(psycopg.OperationalError(f"connection failed: {said}"))
    assert type(error) is {"refused": DatabaseRefused, "away": DatabaseAway}[kind]


def test_a_slow_server_is_waited_for(behind_proxy: Database, proxy: Proxy) -> None:
    proxy.slow_s = 0.1
    proxy.set(Fault.SLOW)
    with patience(10):
        assert run(behind_proxy, "SELECT 1") == 1


def test_a_server_that_shuts_the_session_down_is_away(database: Database) -> None:
    with pytest.raises(DatabaseAway), database.unit_of_work() as uow:
        process_id = uow.session.connection().scalar(text("SELECT pg_backend_pid()"))
        run(database, "SELECT pg_terminate_backend(:id)", id=process_id)
        uow.session.connection().scalar(text("SELECT 1"))


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("SELECT CAST(:value AS integer) + 1", {"value": SECRET}),
        ("SELECT length(:value)", {"value": f"{SECRET}\0"}),
        ("INSERT INTO once VALUES (:value)", {"value": SECRET}),
        ("SELECT unknown_column /* :value */", {"value": SECRET}),
        ("SELECT :value, :missing /* INSERT INTO */", {"value": SECRET}),
        (
            f"SELECT {', '.join(f':v{n}' for n in range(70_000))}",
            {f"v{n}": n for n in range(70_000)},
        ),
    ],
    ids=["type", "NUL", "unique", "syntax", "a value is missing", "70,000 parameters"],
)
def test_what_can_never_succeed_is_no_database_that_is_away_and_tells_no_value(
    database: Database, statement: str, values: dict[str, object]
) -> None:
    with database.unit_of_work() as uow:
        uow.session.connection().execute(text("CREATE TABLE once (value text PRIMARY KEY)"))
        uow.session.connection().execute(text("INSERT INTO once VALUES (:v)"), {"v": SECRET})
    with pytest.raises(StatementError) as raised:
        run(database, statement, **values)
    told = "".join(traceback.format_exception(raised.value)) + in_words(raised.value)
    assert "[SQL" not in told
    assert "INSERT INTO" not in told
    assert SECRET not in told.replace(f'SECRET = "{SECRET}"', "")


def test_a_lock_that_takes_too_long_is_a_database_that_is_busy(database: Database) -> None:
    with database.unit_of_work() as uow:
        uow.session.connection().execute(text("CREATE TABLE things (id integer)"))
    with database.unit_of_work() as uow:
        uow.session.connection().execute(text("LOCK TABLE things"))
        with pytest.raises(DatabaseBusy), database.unit_of_work() as other:
            other.session.connection().execute(text("SET LOCAL lock_timeout = '50ms'"))
            other.session.connection().execute(text("SELECT * FROM things"))


def test_a_statement_that_takes_too_long_ends_before_the_connection_is_given_up(
    behind_proxy: Database,
) -> None:
    with behind_proxy.unit_of_work() as uow:
        process_id = uow.session.connection().scalar(text("SELECT pg_backend_pid()"))
    with pytest.raises(DatabaseBusy):
        run(behind_proxy, "SELECT pg_sleep(60)")
    assert run(behind_proxy, "SELECT pg_backend_pid()") == process_id


def test_a_deadlock_costs_nobody_anything(database: Database) -> None:
    with database.unit_of_work() as uow:
        uow.session.connection().execute(text("CREATE TABLE things (id integer, done integer)"))
        uow.session.connection().execute(text("INSERT INTO things VALUES (1, 0), (2, 0)"))
    both_hold_one = threading.Barrier(2)
    calls: list[tuple[int, int]] = []

    def raise_both(first: int, second: int) -> None:
        def work(uow: UnitOfWork) -> None:
            calls.append((first, second))
            raise_one = text("UPDATE things SET done = done + 1 WHERE id = :id")
            uow.session.connection().execute(raise_one, {"id": first})
            if calls.count((first, second)) == 1:
                both_hold_one.wait(10)
            uow.session.connection().execute(raise_one, {"id": second})

        database.transact(work)

    threads = [threading.Thread(target=raise_both, args=order) for order in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert run(database, "SELECT sum(done) FROM things") == 4
    assert len(calls) == 3, "one of the two was a victim, and was done again"


def test_a_conflict_that_does_not_end_is_told(database: Database) -> None:
    calls = []

    def work(_uow: UnitOfWork) -> None:
        calls.append(1)
        raise DatabaseConflict

    with pytest.raises(DatabaseConflict):
        database.transact(work)
    assert len(calls) == 4
