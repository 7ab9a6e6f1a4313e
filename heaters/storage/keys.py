"""The one module that makes keys, the names of objects in the store.

A key is made from ids and a token, never from titles or file names. The token is random and new for
every attempt at making the object, so an object is written once and never changed: a worker that
was given up for dead and finishes late cannot touch what its successor wrote. Only the key that a
row names is in use; objects that no row names are leftovers (``docs/adr/0003-object-storage.md``).
"""

from __future__ import annotations

import re
import secrets
from pathlib import PurePosixPath
from typing import Final

from heaters.storage.errors import InvalidKey

VIDEOS: Final = "videos/"
"""Where the folder of each video lies, named by its id."""

_SEGMENT = r"[a-z0-9][a-z0-9._-]{0,99}"
_KEY = re.compile(rf"{_SEGMENT}(/{_SEGMENT}){{0,7}}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}")

_ID = "[1-9][0-9]{0,18}"
_HEX = "[0-9a-f]{16}"
_ANY_SUFFIX = rf"({_SUFFIX.pattern})?"
_KINDS: Final = {
    kind: re.compile(pattern)
    for kind, pattern in {
        "original": rf"originals/{_HEX}{_ANY_SUFFIX}",
        "master": rf"videos/{_ID}/master-{_HEX}{_ANY_SUFFIX}",
        "proxy": rf"videos/{_ID}/proxy-{_HEX}\.mp4",
        "analysis": rf"videos/{_ID}/analysis-{_HEX}{_ANY_SUFFIX}",
        "scores": rf"videos/{_ID}/scores-[a-z0-9._-]+-{_HEX}{_ANY_SUFFIX}",
        "poster": rf"videos/{_ID}/poster-{_HEX}\.jpg",
        "export": rf"videos/{_ID}/clips/{_ID}-{_HEX}\.mp4",
        "keyframe": rf"videos/{_ID}/keyframes/{_ID}-(0|{_ID})-{_HEX}\.jpg",
    }.items()
}

_CONTENT_TYPES: Final = {
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".webm": "video/webm",
}


def new_token() -> str:
    """Return 64 random bits as 16 hex digits: the mark of one attempt at making objects."""
    return secrets.token_hex(8)


def original_key(token: str, suffix: str) -> str:
    """Return the key of a source file as it came in; uploads begin before their video exists."""
    return _key("originals", token, suffix)


def usable_suffix(name: str) -> str:
    """Return the suffix of a file's name, or none where a key cannot have it.

    An odd suffix says nothing about the content, which decides how a file is read.
    """
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def master_key(video_id: int, token: str, suffix: str) -> str:
    """Return the key of a video's archive copy; ``suffix`` is its container's, such as ``.mkv``."""
    return _key(f"videos/{video_id}", f"master-{token}", suffix)


def proxy_key(video_id: int, token: str) -> str:
    """Return the key of a video's all-intra review copy."""
    return _key(f"videos/{video_id}", f"proxy-{token}", ".mp4")


def analysis_key(video_id: int, token: str, suffix: str) -> str:
    """Return the key of a video's small frames, which detectors read."""
    return _key(f"videos/{video_id}", f"analysis-{token}", suffix)


def scores_key(video_id: int, detector: str, token: str, suffix: str) -> str:
    """Return the key of one detector's score per frame of a video."""
    return _key(f"videos/{video_id}", f"scores-{detector}-{token}", suffix)


def poster_key(video_id: int, token: str) -> str:
    """Return the key of the image that stands for a video in lists."""
    return _key(f"videos/{video_id}", f"poster-{token}", ".jpg")


def clip_export_key(video_id: int, clip_id: int, token: str) -> str:
    """Return the key of a clip's exported file."""
    return _key(f"videos/{video_id}/clips", f"{clip_id}-{token}", ".mp4")


def keyframe_key(video_id: int, clip_id: int, frame: int, token: str) -> str:
    """Return the key of a clip's keyframe image; ``frame`` is the proxy's 0-based frame index."""
    return _key(f"videos/{video_id}/keyframes", f"{clip_id}-{frame}-{token}", ".jpg")


def kind_of(text: str) -> str | None:
    """Return which kind of artifact ``text`` is the key of; None if no function here makes it.

    Only what has a kind is ours: whatever else lies in a store belongs to others.
    """
    if not is_key(text):
        return None
    return next((kind for kind, form in _KINDS.items() if form.fullmatch(text)), None)


def content_type(key: str) -> str:
    """Return the media type that the key's suffix stands for.

    Only types that a browser shows as an image, a video or data are known; the rest is
    ``application/octet-stream``, so that no upload is ever served as a page or a script.
    """
    return _CONTENT_TYPES.get(PurePosixPath(key).suffix, "application/octet-stream")


def is_key(text: str) -> bool:
    """Tell whether ``text`` could name an object.

    A key is one to eight segments joined by ``/``; a segment is 1 to 100 of ``a-z 0-9 . _ -`` and
    starts with a letter or a digit. So it never climbs out of a folder, never is absolute, never
    differs from another one by case only, and means the same in a path, an address and a shell.
    """
    return _KEY.fullmatch(text) is not None


def validate_key(key: str) -> None:
    """Refuse what ``is_key`` refuses.

    Raises:
        InvalidKey: ``key`` is not a key.
    """
    if not is_key(key):
        raise InvalidKey(f"not a storage key: {key!r}")


def validate_prefix(prefix: str) -> None:
    """Refuse a listing prefix that is neither empty nor a folder such as ``videos/7/``.

    Without its last ``/`` the prefix ``videos/1`` would also match video 12.

    Raises:
        InvalidKey: ``prefix`` is not a folder of keys.
    """
    if prefix and not (prefix.endswith("/") and is_key(prefix[:-1])):
        raise InvalidKey(f"not a folder of storage keys: {prefix!r} (write it as 'videos/7/')")


def _key(folder: str, stem: str, suffix: str) -> str:
    """Join and check; ``suffix`` may come from a user's file name, in any case."""
    suffix = suffix.lower()
    if suffix and not _SUFFIX.fullmatch(suffix):
        raise InvalidKey(f"not a file suffix: {suffix!r} (write it as '.mp4')")
    if "/" in stem:
        raise InvalidKey(f"not the name of an object in {folder}: {stem!r}")
    key = f"{folder}/{stem}{suffix}"
    validate_key(key)
    return key
