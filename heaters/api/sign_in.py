"""Signing in: the printed address carries the token, which becomes a cookie and disappears."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from heaters.services.sessions import MAX_AGE_S, Sessions

SIGN_IN_PATH = "/sign-in"


def sign_in(request: HTTPConnection, sessions: Sessions) -> Response:
    """Answer ``/sign-in?token=…``: set the cookie and clean the address, or say how to sign in.

    Wrong tokens are not counted. 256 random bits cannot be guessed, and any website could use up
    the owner's attempts.
    """
    cookie = sessions.sign_in(request.query_params.get("token", ""))
    if cookie is None:
        return sign_in_page(request, 401)
    response = RedirectResponse("/", 303)
    response.set_cookie(
        sessions.cookie_name,
        cookie,
        max_age=MAX_AGE_S,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


def sign_in_page(request: HTTPConnection, status_code: int) -> Response:
    """Return the page for people without a session; one line for programs."""
    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse("Not signed in.", status_code)
    policy = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'"
    return HTMLResponse(_PAGE, status_code, headers={"Content-Security-Policy": policy})


_STYLE = """
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; gap: .75rem;
       padding: 1.5rem; box-sizing: border-box; font: 1rem/1.5 system-ui, sans-serif;
       color: light-dark(#1b1b1d, #e6e6e8); background: light-dark(#f4f4f5, #161618) }
h1 { margin: 0; font-size: 1.25rem; font-weight: 600 }
p { margin: 0; max-width: 34rem; color: light-dark(#55555c, #a6a6ad) }
code { font: .9375rem ui-monospace, monospace; padding: .125rem .375rem; border-radius: .25rem;
       color: light-dark(#1b1b1d, #e6e6e8); background: light-dark(#e4e4e7, #27272a) }
"""
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in to Heaters</title>
<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>
<body><h1>Heaters</h1>
<p>This browser is not signed in. Open the address that Heaters printed when it started: it ends
in <code>token=…</code> and signs this browser in for 30 days.</p>
<p>Lost it? Start Heaters again: the address stays the same.</p>
</body></html>
"""
