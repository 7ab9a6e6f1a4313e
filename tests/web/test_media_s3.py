"""A page reads a proxy that lies on S3, range by range, as the player does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Error as PlaywrightError

from heaters.models import ArtifactKind
from heaters.repositories.artifacts import ArtifactRepository
from heaters.runtime import Runtime
from heaters.storage.store import open_store
from tests.support.bundle import bundle
from tests.support.s3 import CREDENTIALS, S3Endpoint, s3_endpoint
from tests.support.site import Site, served
from tests.web.conftest import AddVideo

FETCH = """async ([address, range]) => {
    const answer = await fetch(address, {headers: {Range: range}});
    const header = (name) => answer.headers.get(name);
    return {
        status: answer.status,
        redirected: answer.redirected,
        range: header("content-range"),
        etag: header("etag"),
        bytes: [...new Uint8Array(await answer.arrayBuffer())],
    };
}"""

_PLAYER_HARNESS = Path(__file__).parent.parent / "player" / "harness.js"

# What docs/configuration.md tells people to allow.
CORS = {
    "AllowedMethods": ["GET"],
    "AllowedHeaders": ["Range"],
    "ExposeHeaders": ["Content-Range", "Content-Length", "ETag"],
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[S3Endpoint]:
    with s3_endpoint() as running:
        yield running


@pytest.fixture
def bucket(endpoint: S3Endpoint) -> str:
    return endpoint.new_bucket()


@pytest.fixture
def s3_site(
    site: Site, endpoint: S3Endpoint, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """The library served by a process whose store is the bucket."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with served(
        site.runtime,
        HEATERS_STORAGE_URL=f"s3://{bucket}",
        HEATERS_S3_ENDPOINT_URL=endpoint.url,
    ) as opened:
        yield opened


def put_proxy(runtime: Runtime, endpoint: S3Endpoint, bucket: str, video_id: int) -> bytes:
    """Copy a video's proxy to the bucket; return its content."""
    with runtime.database.unit_of_work() as uow:
        key = ArtifactRepository(uow.session).of_video(video_id, ArtifactKind.PROXY).key
    store = open_store(f"s3://{bucket}", s3_endpoint_url=endpoint.url)
    local = runtime.store.local_path(key)
    assert local is not None
    store.put_file(key, local)
    return local.read_bytes()


def allow(endpoint: S3Endpoint, bucket: str, site: Site) -> None:
    """Let pages of the site read the bucket."""
    rules = [CORS | {"AllowedOrigins": [site.origin]}]
    endpoint.client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})


def test_ranges_of_a_proxy_come_straight_from_the_bucket(
    s3_site: Site, endpoint: S3Endpoint, bucket: str, add_video: AddVideo, context: BrowserContext
) -> None:
    video_id = add_video()
    content = put_proxy(s3_site.runtime, endpoint, bucket, video_id)
    allow(endpoint, bucket, s3_site)
    page = context.new_page()
    page.goto(s3_site.address)
    for first, last in ((0, 9), (1000, 1999)):
        answer = page.evaluate(
            FETCH, [f"/media/videos/{video_id}/proxy?v=1", f"bytes={first}-{last}"]
        )
        assert (answer["status"], answer["redirected"]) == (206, True)
        assert answer["range"] == f"bytes {first}-{last}/{len(content)}"
        assert answer["etag"]
        assert bytes(answer["bytes"]) == content[first : last + 1]


def test_without_the_buckets_leave_no_page_reads_it(
    s3_site: Site, endpoint: S3Endpoint, bucket: str, add_video: AddVideo, context: BrowserContext
) -> None:
    video_id = add_video()
    put_proxy(s3_site.runtime, endpoint, bucket, video_id)
    page = context.new_page()
    page.goto(s3_site.address)
    with pytest.raises(PlaywrightError, match="Failed to fetch"):
        page.evaluate(FETCH, [f"/media/videos/{video_id}/proxy?v=1", "bytes=0-9"])


def test_the_player_goes_on_after_its_address_has_expired(
    s3_site: Site,
    endpoint: S3Endpoint,
    bucket: str,
    add_video: AddVideo,
    browser: Browser,
    tmp_path: Path,
) -> None:
    video_id = add_video()
    put_proxy(s3_site.runtime, endpoint, bucket, video_id)
    allow(endpoint, bucket, s3_site)
    source = {
        "src": f"/media/videos/{video_id}/proxy?v=1",
        **{"fpsNum": 30000, "fpsDen": 1001, "frameCount": 120, "width": 320, "height": 180},
    }
    context = browser.new_context(base_url=s3_site.origin, bypass_csp=True)
    context.request.get(s3_site.address)
    page = context.new_page()
    page.goto("/health")
    page.add_script_tag(path=bundle(_PLAYER_HARNESS, tmp_path / "harness.js"))
    follow = "async (frames) => player.follow(opened, frames.map((frame) => ({frame})))"
    page.evaluate("async (source) => {await player.open(source)}", source)
    assert page.evaluate(follow, [5, 60]) == []
    assert endpoint.expire_addresses() > 0
    signed_s = int(time.time())
    while int(time.time()) == signed_s:  # an address that is signed in the same second is the same
        time.sleep(0.05)
    assert page.evaluate(follow, [110, 20, 111]) == []
    state, troubles = page.evaluate(
        "[opened.controller.state, opened.states.map((state) => state.trouble)]"
    )
    context.close()
    assert (state["player"], set(troubles)) == ("webcodecs", {""})
