"""An S3 server that refuses, hangs or is slow: every use of it ends, and works again later."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from heaters.domain.errors import ExternalFailure
from heaters.storage import s3
from heaters.storage.store import ObjectStore, open_store
from tests.support.proxy import Fault, Proxy, proxy_to
from tests.support.s3 import S3Endpoint

PROXY = "videos/7/proxy-0123456789abcdef.mp4"
OTHER = "videos/7/proxy-fedcba9876543210.mp4"


@pytest.fixture
def door(endpoint: S3Endpoint) -> Iterator[Proxy]:
    url = urlsplit(endpoint.url)
    with proxy_to(url.hostname or "", url.port or 0) as proxy:
        yield proxy


@pytest.fixture
def store(endpoint: S3Endpoint, door: Proxy) -> ObjectStore:
    address = f"http://127.0.0.1:{door.port}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(s3, "_ANSWER_S", 2.0)
        return open_store(f"s3://{endpoint.new_bucket()}/library", s3_endpoint_url=address)


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.HANGING])
def test_a_server_that_is_away_is_told_of_and_works_again_once_it_is_back(
    store: ObjectStore, door: Proxy, fault: Fault, tmp_path: Path
) -> None:
    store.put_bytes(PROXY, b"x" * 1000)
    door.set(fault)
    uses: list[Callable[[], object]] = [
        lambda: store.put_bytes(OTHER, b"y"),
        lambda: store.get_bytes(PROXY),
        lambda: store.get_file(PROXY, tmp_path / "copy"),
        lambda: list(store.list_objects()),
        lambda: store.look(10),
        lambda: store.stat(PROXY),
    ]
    for use in uses:
        with pytest.raises(ExternalFailure, match="s3://") as failure:
            use()
        assert failure.value.heals
        assert "\n" not in str(failure.value)
    assert list(tmp_path.iterdir()) == []
    door.set(Fault.NONE)
    assert store.get_bytes(PROXY) == b"x" * 1000


class HalfAHead(socketserver.StreamRequestHandler):
    """Answers every request with the beginning of a head, and hangs up."""

    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\nServer: half\r\n")


@pytest.fixture
def halved(endpoint: S3Endpoint) -> Iterator[ObjectStore]:  # which sets the credentials
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), HalfAHead) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        yield open_store("s3://bucket/library", s3_endpoint_url=address)
        server.shutdown()


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda store, _: store.put_bytes(PROXY, b"x"), id="put"),
        pytest.param(lambda store, _: store.get_bytes(PROXY), id="get"),
        pytest.param(lambda store, folder: store.get_file(PROXY, folder / "copy"), id="get file"),
        pytest.param(lambda store, _: list(store.list_objects()), id="list"),
        pytest.param(lambda store, _: store.look(10), id="look"),
        pytest.param(lambda store, _: store.read_marker(), id="marker"),
    ],
)
def test_an_answer_that_is_cut_off_is_not_taken_for_an_empty_one(
    halved: ObjectStore, tmp_path: Path, use: Callable[[ObjectStore, Path], object]
) -> None:
    with pytest.raises(ExternalFailure, match=r"cut off|closed") as failure:
        use(halved, tmp_path)
    assert failure.value.heals
    assert list(tmp_path.iterdir()) == []


def test_a_slow_server_is_waited_for(store: ObjectStore, door: Proxy) -> None:
    door.set(Fault.SLOW)
    store.put_bytes(PROXY, b"x")
    assert store.get_bytes(PROXY) == b"x"


def test_unfinished_uploads_of_others_are_left_alone(
    endpoint: S3Endpoint, store: ObjectStore
) -> None:
    bucket = urlsplit(store.place).netloc
    for name in (f"library/{PROXY}", "library/thesis.pdf", f"elsewhere/{PROXY}"):
        endpoint.client.create_multipart_upload(Bucket=bucket, Key=name)
    assert store.sweep(0) == 1
    left = endpoint.client.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert {upload["Key"] for upload in left} == {"library/thesis.pdf", f"elsewhere/{PROXY}"}
