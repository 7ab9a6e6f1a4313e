"""The Reflex application: its pages, the HTTP routes beside them, and what runs while it serves."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import reflex as rx
import reflex.model  # otherwise the first event imports it, and blocks for over a second
import structlog
from starlette.applications import Starlette
from starlette.types import ASGIApp

from heaters.api import media, ready, uploads
from heaters.api.content_policy import content_policy
from heaters.api.guard import Guard
from heaters.api.ready import Readiness
from heaters.config import Settings, get_settings
from heaters.connection import open_configured_store
from heaters.live.hub import Hub
from heaters.live.listener import Listener
from heaters.live.tabs import Tabs
from heaters.logs import configure_logging
from heaters.pages import PAGES
from heaters.parent import end_with_parent
from heaters.runtime import open_runtime
from heaters.services.sessions import Sessions, web_token
from heaters.state.desk import Desk, open_desk
from heaters.state.session_gate import SessionGate

_PATIENCE_S = 10
"""How long a page waits for one answer of the database."""

_BUILT_PAGES = Path(__file__).parent.parent / ".web" / "build" / "client"

_log = structlog.get_logger(__name__)

api = Starlette(routes=[*media.ROUTES, *uploads.ROUTES, *ready.ROUTES])


def _log_bug(exception: Exception) -> None:
    """Log what no page expected; what people may see of errors is told by the pages themselves."""
    _log.error("an event handler failed", exc_info=exception)


app = rx.App(
    stylesheets=[
        f"/style/{name}.css"
        for name in ("base", "library", "video", "history", "desk", "desk_panels", "desk_timeline")
    ],
    reset_style=False,
    head_components=[rx.el.link(rel="icon", href="/icon.svg", type="image/svg+xml")],
    html_lang="en",
    api_transformer=api,
    backend_exception_handler=_log_bug,
    # Ours: no toasts (they need `eval`), no overlay; notices and the offline line are in our pages.
    toaster=None,
    app_wraps={},
)
app.add_middleware(SessionGate(), index=0)
for route, page, title, on_load in PAGES:
    app.add_page(page, route=route, title=title, on_load=on_load)


@asynccontextmanager
async def _running() -> AsyncIterator[None]:
    """Open what pages and routes work with, and listen to the database, while the server runs."""
    settings = get_settings()
    with open_runtime(settings, patience_s=_PATIENCE_S) as runtime:
        tabs = Tabs(app)
        hub = Hub(tabs.refresh)
        open_desk(Desk(runtime, _sessions(settings), hub, tabs))
        api.state.runtime = runtime
        listener = Listener(runtime.database_url, hub.announce, hub.announce_all)
        api.state.readiness = Readiness(runtime, listener)
        listening = asyncio.create_task(listener.run())
        api.state.receiver = uploads.Receiver(runtime)
        sweeping = asyncio.create_task(api.state.receiver.sweep())
        # What is loaded by now stays. Looking through all of it for garbage again and again would
        # hold up events for a tenth of a second and more.
        gc.collect()
        gc.freeze()
        # A thread that carries out a request waits no longer than this for the loop, and the other
        # way round. The usual 5 ms are as much as the whole request takes, a few times over.
        sys.setswitchinterval(0.0005)
        try:
            yield
        finally:
            listening.cancel()
            sweeping.cancel()
            open_desk(None)


app.register_lifespan_task(_running)


def serve() -> ASGIApp:
    """Return the whole application behind its guard: what the web server runs."""
    end_with_parent()
    settings = get_settings()
    configure_logging(settings.log_level)
    # Reflex warns of every tab that was closed while it was being updated.
    logging.getLogger("reflex").setLevel(logging.ERROR)
    policy = content_policy(_BUILT_PAGES, open_configured_store(settings).origin or "")
    return Guard(app(), _sessions(settings), policy)


def _sessions(settings: Settings) -> Sessions:
    return Sessions(web_token(settings.data_dir))
