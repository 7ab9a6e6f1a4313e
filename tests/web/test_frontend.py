"""The built frontend: built once, free of addresses, and strict about what may run."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from heaters.api.content_policy import content_policy
from heaters.same_origin import SameOriginPlugin
from heaters.web import build_frontend
from tests.support.site import Site
from tests.web.conftest import AddVideo


def test_an_unchanged_frontend_is_not_built_again(site: Site) -> None:
    steps: list[str] = []
    build_frontend(steps.append)
    assert steps == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_pages_find_their_server_wherever_they_were_opened(
    context: BrowserContext, site: Site, add_video: AddVideo, host: str
) -> None:
    add_video("Found")
    page = context.new_page()
    page.goto(site.address.replace("127.0.0.1", host))
    expect(page.get_by_role("heading", name="Found").first).to_be_visible()


def built(folder: Path, code: str) -> Path:
    (folder / "assets").mkdir()
    path = folder / "assets" / "reflex-env-abc.js"
    path.write_text(code)
    return path


def test_the_addresses_in_a_build_become_the_pages_own_origin(tmp_path: Path) -> None:
    path = built(tmp_path, "var e={PING:`http://localhost:8000/ping`,EVENT:'ws://localhost:1/_e'}")
    SameOriginPlugin().post_build(static_dir=tmp_path)
    assert path.read_text() == (
        'var e={PING:location.origin+`/ping`,EVENT:location.origin.replace("http","ws")+\'/_e\'}'
    )


@pytest.mark.parametrize("code", ["var e={}", "var e={P:`http://localhost:8000/ping`}"])
def test_a_reflex_that_writes_its_addresses_differently_fails_the_build(
    tmp_path: Path, code: str
) -> None:
    built(tmp_path, code)
    with pytest.raises(RuntimeError, match=r"same_origin\.py"):
        SameOriginPlugin().post_build(static_dir=tmp_path)


def test_only_the_inline_scripts_of_the_build_may_run(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<script>one()</script><script src="/two.js"></script>'
        '<script type="module">three()</script>'
    )
    policy = content_policy(tmp_path, "https://media.example.org")
    assert policy.count("'sha256-") == 2
    for kind in ("img-src", "media-src", "connect-src"):
        assert f"{kind} 'self' https://media.example.org;" in policy
    assert "unsafe" not in policy


def test_injected_scripts_and_styles_do_nothing(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(site.address)
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.pwned = true";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", "<p id=styled style='color: red'>x</p>");
        }"""
    )
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("getComputedStyle(styled).color") != "rgb(255, 0, 0)"
