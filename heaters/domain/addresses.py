"""The address of a download: which are taken, and how one is shown without its secrets."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from heaters.domain.errors import InvalidInput

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"<>]+")
_QUERY = re.compile(r"\?[^\s'\"<>?=]*=[^\s'\"<>]*")


def check_url(url: str) -> str:
    """Return ``url`` without surrounding blanks, if it is one that a download may start from.

    Which hosts may be reached is decided later, on the very connection (``download_guard``).

    Raises:
        InvalidInput: not http or https, no host, an impossible port, or blanks inside.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        port_is_possible = parts.port != 0
    except ValueError:
        raise InvalidInput(f"not a usable address: {redact_url(url)!r}") from None
    if parts.scheme not in {"http", "https"}:
        named = f"{parts.scheme}:" if parts.scheme else repr(redact_url(url))
        raise InvalidInput(f"only http and https addresses can be downloaded, not {named}")
    if not parts.hostname or not port_is_possible or not url.isprintable() or " " in url:
        raise InvalidInput(f"not a usable address: {redact_url(url)!r}")
    return url


def redact_url(url: str) -> str:
    """Return ``url`` without user, password, query and fragment: any of them may be a secret."""
    address, cut, _ = re.sub(r"[?#].*", "?", url, count=1, flags=re.DOTALL).partition("?")
    scheme, separator, rest = address.partition("://")
    if separator:
        host, slash, path = rest.partition("/")
        address = f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
    return address + ("?…" if cut else "")


def redact_text(text: str) -> str:
    """Return ``text`` with every address in it redacted, and every query that stands alone."""
    text = _ADDRESS.sub(lambda found: redact_url(found[0]), text)
    return _QUERY.sub("?…", text)
