"""``/ready`` names what cannot be used, within seconds, and no address or secret."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from sqlalchemy import make_url
from starlette.applications import Starlette
from starlette.testclient import TestClient

from heaters.api import ready as module
from heaters.api.ready import READY_PATH, ROUTES, Readiness
from heaters.live.listener import Listener
from heaters.pipeline.broker import make_broker
from heaters.pipeline.reconciler import reconcile
from heaters.storage import s3
from tests.support.library import Library, open_library
from tests.support.proxy import Fault, Proxy, proxy_to
from tests.support.s3 import CREDENTIALS, s3_endpoint

PARTS = {"database", "redis", "store", "listener", "reconciler"}


class Place:
    """A library whose servers can be away, and its ``/ready``."""

    def __init__(self, library: Library, database: Proxy, redis: Proxy) -> None:
        self.library, self.proxies = library, {"database": database, "redis": redis}
        self.listener = SimpleNamespace(is_listening=True)
        app = Starlette(routes=ROUTES)
        app.state.readiness = Readiness(library.runtime, cast("Listener", self.listener))
        self._client = TestClient(app)

    def ask(self) -> tuple[int, dict[str, Any], str]:
        """Return the status, the parts, and the whole answer."""
        answer = self._client.get(READY_PATH)
        assert set(answer.json()["parts"]) == PARTS
        assert answer.json()["ready"] == (answer.status_code == 200)
        return answer.status_code, answer.json()["parts"], answer.text

    def reconcile(self) -> None:
        """Do what a worker does every few seconds."""
        broker = make_broker(self.library.runtime.redis_url)
        reconcile(self.library.runtime.database, broker)
        broker.close()


@pytest.fixture
def place(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[Place]:
    with (
        _behind_proxy(database_url) as (database, database_address),
        _behind_proxy(redis_url) as (redis, redis_address),
        open_library(tmp_path / "data", database_address, redis_address) as library,
    ):
        assert library.runtime.store  # known to be ours before anything is away
        yield Place(library, database, redis)


@contextmanager
def _behind_proxy(address: str) -> Iterator[tuple[Proxy, str]]:
    url = urlsplit(address)
    with proxy_to(url.hostname or "", url.port or 0) as proxy:
        yield proxy, address.replace(f":{url.port}/", f":{proxy.port}/")


def test_it_is_ready_when_every_part_answers_and_a_worker_has_looked_for_work(
    place: Place,
) -> None:
    status, parts, _ = place.ask()
    assert status == 503
    assert {name for name, part in parts.items() if not part["ok"]} == {"reconciler"}
    place.reconcile()
    status, parts, _ = place.ask()
    assert status == 200, parts


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.HANGING])
@pytest.mark.parametrize("away", ["database", "redis"])
def test_a_part_that_is_away_is_named_and_nothing_secret_with_it(
    place: Place, away: str, fault: Fault
) -> None:
    place.reconcile()
    place.proxies[away].set(fault)
    status, parts, text = place.ask()
    assert status == 503
    bad = {name for name, part in parts.items() if not part["ok"]}
    assert bad == ({"database"} if away == "database" else {"redis", "reconciler"})
    url = make_url(place.library.runtime.database_url)
    for secret in (url.password, str(url.port), str(place.proxies["redis"].port)):
        assert str(secret) not in text
    place.proxies[away].set(Fault.NONE)


def test_a_store_that_hangs_accuses_no_other_part_however_often_it_is_asked(
    tmp_path: Path, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(module, "_ANSWER_S", 1.0)
    monkeypatch.setattr(s3, "_MARKER_S", 60.0)
    with (
        s3_endpoint() as endpoint,
        _behind_proxy(f"{endpoint.url}/") as (store, store_address),
        _behind_proxy(database_url) as (database, database_address),
        _behind_proxy(redis_url) as (redis, redis_address),
        open_library(tmp_path / "data", database_address, redis_address) as library,
    ):
        settings = library.runtime.settings.model_copy(
            update={
                "storage_url": f"s3://{endpoint.new_bucket()}",
                "s3_endpoint_url": store_address.rstrip("/"),
            }
        )
        runtime = replace(library.runtime, settings=settings)
        place = Place(Library(runtime), database, redis)
        place.reconcile()
        _, parts, _ = place.ask()
        assert not parts["store"]["ok"], "no mark: its disk may not be mounted"
        assert runtime.store
        assert place.ask()[0] == 200
        store.set(Fault.HANGING)
        for _ in range(8):
            status, parts, _ = place.ask()
            assert status == 503
            assert {name for name, part in parts.items() if not part["ok"]} == {"store"}
        store.set(Fault.NONE)


def test_a_listener_that_hears_nothing_is_told(place: Place) -> None:
    place.reconcile()
    place.listener.is_listening = False
    status, parts, _ = place.ask()
    assert (status, parts["listener"]["ok"]) == (503, False)
