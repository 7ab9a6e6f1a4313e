"""The one gate in front of everything: pages, websocket, media, uploads, files.

What it lets through has a session, came for this host, and, where it could change something, from
this site.
"""

from __future__ import annotations

from ipaddress import ip_address

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from heaters.api.ready import READY_PATH
from heaters.api.sign_in import SIGN_IN_PATH, sign_in, sign_in_page
from heaters.services.sessions import Sessions

HEALTH_PATH = "/health"

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_YEAR_S = 365 * 24 * 3600


def is_loopback(hostname: str) -> bool:
    """Return whether the name or address can only mean this machine."""
    if hostname == "localhost":
        return True
    try:
        return ip_address(hostname.strip("[]")).is_loopback
    except ValueError:
        return False


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, sessions: Sessions, content_policy: str) -> None:
        self._app = app
        self._sessions = sessions
        self._headers = {
            "Content-Security-Policy": content_policy,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        send = self._adding_headers(scope, send)
        answer = self._answer(HTTPConnection(scope))
        if answer is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before accept: HTTP 403
        else:
            await answer(scope, receive, send)

    def _answer(self, request: HTTPConnection) -> Response | None:
        """Return what to answer instead of passing the request on, if anything."""
        # A page elsewhere that makes its own name resolve to this machine is still not us.
        if not is_loopback(request.url.hostname or ""):
            return PlainTextResponse("This host name is not served here.", 421)
        path = request.url.path
        if path == HEALTH_PATH:
            return PlainTextResponse("ok")
        if path == SIGN_IN_PATH:
            return sign_in(request, self._sessions)
        cookie = request.cookies.get(self._sessions.cookie_name, "")
        reviewer_id = self._sessions.reviewer_id(cookie)
        if path != READY_PATH and reviewer_id is None:
            return sign_in_page(request, 401)
        request.scope["heaters.reviewer_id"] = reviewer_id
        if not _same_site(request):
            return PlainTextResponse("This request came from another site.", 403)
        return None

    def _adding_headers(self, scope: Scope, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                # Built files have a hash in their names; everything else is asked for again.
                kept = scope["path"].startswith("/assets/") and message["status"] == 200
                headers.setdefault(
                    "Cache-Control",
                    f"private, max-age={_YEAR_S}, immutable" if kept else "private, no-cache",
                )
            await send(message)

        return send_with_headers


def _same_site(request: HTTPConnection) -> bool:
    """Return whether the request is harmless or comes from a page of ours.

    Browsers say where a websocket or a POST comes from; other pages of this machine count as the
    same site for cookies, so the cookie alone would not tell.
    """
    if request.scope["type"] == "http" and request.scope["method"] in _SAFE_METHODS:
        return True
    host = request.headers.get("host", "")
    return request.headers.get("origin") in {f"http://{host}", f"https://{host}"}
