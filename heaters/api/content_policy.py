"""The Content-Security-Policy of the built pages."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from pathlib import Path

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def content_policy(pages: Path, media_origins: str = "") -> str:
    """Return the policy for the built pages in the folder ``pages``.

    React Router writes a few inline scripts into each page; they are allowed by their hash, and no
    other inline script and no ``eval`` is. So nothing in the application may need one: see
    ``docs/web.md``.

    Args:
        pages: the folder with the built ``*.html``.
        media_origins: where pictures and videos may come from besides this site, space separated.
            Scripts may read them too: the player fetches a video range by range.
    """
    scripts = {
        script
        for page in pages.rglob("*.html")
        for script in _INLINE_SCRIPT.findall(page.read_text("utf-8"))
    }
    hashes = sorted(
        f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    media = f"'self' {media_origins}".strip()
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {' '.join(hashes)}",
            "style-src 'self'",
            f"connect-src {media}",
            f"img-src {media}",
            f"media-src {media}",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
