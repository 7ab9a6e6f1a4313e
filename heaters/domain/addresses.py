"""The address of a download: which are taken, and how one is shown without its secrets."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

from heaters.domain.errors import InvalidInput

MAX_CHARACTERS = 8000
"""What servers take at least for a whole address (RFC 9110 section 4.1)."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BEGINNING = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:)?([/\\]*)")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"<>]+")
_QUERY = re.compile(r"\?[^\s'\"<>?=]*=[^\s'\"<>]*")
_SHOWN_CHARACTERS = 200


def has_scheme(text: str) -> bool:
    """Return whether ``text`` begins as an address of any kind, such as ``ftp:``."""
    return _SCHEME.match(text.lstrip()) is not None


def check_url(url: str) -> str:
    """Return ``url`` in the form that is stored and compared, if a download may start from it.

    Surrounding blanks are dropped, scheme and host are lower case. Which hosts may be reached is
    decided later, on the very connection (``download_guard``).

    Raises:
        InvalidInput: not http or https, no host, an impossible port, blanks inside, characters that
            cannot be printed, or longer than ``MAX_CHARACTERS``.
    """
    url = url.strip()
    if len(url) > MAX_CHARACTERS:
        raise InvalidInput(f"the address is longer than {MAX_CHARACTERS:,} characters")
    unusable = InvalidInput(f"not a usable address: {redact_url(url)!r}")
    try:
        parts = urlsplit(url)
        port_is_possible = parts.port != 0
    except ValueError:
        raise unusable from None
    if parts.scheme not in {"http", "https"}:
        named = f"{parts.scheme}:" if parts.scheme else repr(redact_url(url))
        raise InvalidInput(f"only http and https addresses can be downloaded, not {named}")
    if not _is_host(parts) or not port_is_possible or not url.isprintable():
        raise unusable
    if " " in url:
        raise InvalidInput(f"a blank in an address is written %20: {redact_url(url)!r}")
    userinfo, at, place = parts.netloc.rpartition("@")
    parts = parts._replace(netloc=userinfo + at + place.lower())
    return parts.geturl()


def _is_host(parts: SplitResult) -> bool:
    """Return whether the address names a host that a resolver can be asked for."""
    host = (parts.hostname or "").removesuffix(".")
    if not host:
        return False
    try:
        host.encode("idna")
    except UnicodeError:  # an empty label, or one of more than 63 characters
        return ":" in host  # an IPv6 address
    return True


def address_name(url: str) -> str:
    """Return what to call the video at ``url`` until it is downloaded: its file, or its host."""
    parts = urlsplit(url)
    return unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.hostname or ""


def shown_source(source: str) -> str:
    """Return where a video came from as people may see it: an address without its secrets."""
    return redact_url(source) if _ADDRESS.match(source) else source


def redact_url(url: str) -> str:
    """Return ``url`` without user, password, query and fragment: any of them may be a secret.

    At most 200 characters of it.
    """
    address, cut, _ = re.sub(r"[?#].*", "?", url, count=1, flags=re.DOTALL).partition("?")
    beginning = _BEGINNING.match(address)
    assert beginning, "it matches any text"
    scheme, slashes = beginning.groups("")
    host, slash, path = address[beginning.end() :].partition("/")
    if "@" in host and not slashes:
        scheme = ""  # of user:password@host the user only looks like one
    address = f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"
    if len(address) > _SHOWN_CHARACTERS:
        return address[:_SHOWN_CHARACTERS] + "…"
    return address + ("?…" if cut else "")


def redact_text(text: str) -> str:
    """Return ``text`` with every address in it redacted, and every query that stands alone."""
    text = _ADDRESS.sub(lambda found: redact_url(found[0]), text)
    return _QUERY.sub("?…", text)
