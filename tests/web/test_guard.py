"""What the guard refuses, over HTTP and websockets, of a site that really runs."""

from __future__ import annotations

import http.client
import re
import stat
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect
from starlette.applications import Starlette

from heaters.api.guard import Guard
from heaters.domain.errors import InvalidConfiguration
from heaters.services.sessions import Sessions, web_token
from heaters.web import start_web
from tests.support.loops import run_async
from tests.support.site import Site

ROUTES = [
    ("GET", "/"),
    ("GET", "/videos/1"),
    ("GET", "/videos/1/history"),
    ("GET", "/clips/1/similar"),
    ("GET", "/index.html"),
    ("GET", "/icon.svg"),
    ("GET", "/assets/anything.js"),
    ("GET", "/media/videos/1/proxy"),
    ("GET", "/media/videos/1/poster"),
    ("GET", "/media/clips/1/export"),
    ("GET", "/media/clips/1/keyframes/0"),
    ("POST", "/api/uploads?name=a.mp4"),
    ("GET", "/_event/?EIO=4&transport=polling"),
    ("POST", "/_event/?EIO=4&transport=polling"),
    ("GET", "/ping"),
    ("GET", "/_health"),
    ("POST", "/_upload"),
    ("OPTIONS", "/"),
    ("GET", "/no/such/thing"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nothing_is_served_without_a_session(site: Site, method: str, path: str) -> None:
    answer = httpx.request(method, site.origin + path)
    assert answer.status_code == 401
    assert answer.text == "Not signed in."


def websocket_handshake(site: Site, **headers: str) -> int:
    """Ask for a websocket and return the status of the answer."""
    connection = http.client.HTTPConnection(site.host, timeout=10)
    asking = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    with closing(connection):
        connection.request("GET", "/_event/?EIO=4&transport=websocket", headers=asking | headers)
        return connection.getresponse().status


def cookie_of(site: Site) -> str:
    client = site.client()
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def test_a_websocket_without_a_session_is_refused(site: Site) -> None:
    assert websocket_handshake(site, origin=site.origin) == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", ""])
def test_a_websocket_from_another_site_is_refused_even_with_the_cookie(
    site: Site, origin: str
) -> None:
    assert websocket_handshake(site, origin=origin, cookie=cookie_of(site)) == 403


def test_a_websocket_from_our_own_page_is_accepted(site: Site) -> None:
    assert websocket_handshake(site, origin=site.origin, cookie=cookie_of(site)) == 101


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", None])
def test_a_post_from_another_site_is_refused_even_with_the_cookie(
    site: Site, origin: str | None
) -> None:
    headers = {"origin": origin} if origin else {}
    answer = site.client().post("/api/uploads?name=a.mp4", content=b"x", headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:3000", "127.0.0.1.evil.example"])
def test_a_name_that_was_made_to_lead_here_is_refused(site: Site, host: str) -> None:
    answer = site.client().get("/", headers={"host": host})
    assert answer.status_code == 421


def test_the_token_becomes_a_cookie_that_scripts_cannot_read(site: Site) -> None:
    answer = httpx.get(site.address)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert answer.headers["referrer-policy"] == "no-referrer"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    token = site.address.rpartition("=")[2]
    assert token not in answer.headers["set-cookie"]


def test_a_wrong_token_and_a_forged_cookie_are_refused(site: Site) -> None:
    assert httpx.get(site.origin + "/sign-in?token=wrong").status_code == 401
    name = next(iter(site.client().cookies))
    forged = Sessions("another token").sign_in("another token")
    assert forged is not None
    assert httpx.get(site.origin, headers={"cookie": f"{name}={forged}"}).status_code == 401


def test_however_many_wrong_tokens_come_the_right_one_signs_in() -> None:
    guard = Guard(Starlette(), Sessions("right"), "default-src 'none'")

    async def statuses() -> list[int]:
        transport = httpx.ASGITransport(guard)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            wrong = [(await client.get("/sign-in?token=no")).status_code for _ in range(50)]
            return [*wrong, (await client.get("/sign-in?token=right")).status_code]

    assert run_async(statuses()) == [401] * 50 + [303]


@pytest.mark.parametrize("content", ["", " \n", "short"])
def test_a_token_file_that_was_cut_short_is_refused(tmp_path: Path, content: str) -> None:
    token = web_token(tmp_path)
    assert web_token(tmp_path) == token
    (tmp_path / "web-token").write_text(content)
    with pytest.raises(InvalidConfiguration, match="web-token holds no sign-in token"):
        web_token(tmp_path)


def test_health_says_nothing_but_ok_and_needs_no_session(site: Site) -> None:
    assert httpx.get(site.origin + "/health").text == "ok"


def test_every_answer_carries_the_security_headers(site: Site) -> None:
    for answer in (httpx.get(site.origin), site.client().get("/")):
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers


def test_the_token_file_is_private(site: Site) -> None:
    mode = (site.runtime.settings.data_dir / "web-token").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "heaters.example"])
def test_it_serves_this_machine_only(host: str) -> None:
    with pytest.raises(InvalidConfiguration, match="this machine only"):
        start_web(host=host, port=1)


def test_a_port_that_is_taken_is_named(site: Site) -> None:
    port = int(site.origin.rpartition(":")[2])
    with pytest.raises(InvalidConfiguration, match=f"port {port}.*--port"):
        start_web(host="127.0.0.1", port=port)


def test_a_person_without_a_session_is_told_what_to_do(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(site.origin)
    expect(page.get_by_text("Open the address that Heaters printed")).to_be_visible()


def test_the_secret_is_gone_from_the_address_after_signing_in(
    context: BrowserContext, site: Site
) -> None:
    page = context.new_page()
    page.goto(site.address)
    expect(page).to_have_url(re.compile(r"^http://[^/]+/$"))
    assert page.evaluate("document.cookie") == ""
