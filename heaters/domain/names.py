"""Names of videos and of files that people keep."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from heaters.domain.time import format_timecode

MAX_TITLE_CHARACTERS = 200

# Joiners that some scripts and emoji need; every other format character is invisible, or turns the
# direction of what follows it.
_JOINERS = {"\u200c", "\u200d"}


def clean_line(text: str, *, max_characters: int = MAX_TITLE_CHARACTERS) -> str:
    """Return ``text`` as one line that can be shown anywhere and stored; it may be empty.

    Bytes that are no UTF-8 (surrogates) become U+FFFD, controls and line ends blanks; marks of
    direction and other invisible characters go. Runs of blanks become one.
    """
    return " ".join("".join(map(_clean, text)).split())[:max_characters].strip()


def clean_title(name: str) -> str:
    """Return ``clean_line`` of a name, or ``untitled`` where nothing of it can be shown."""
    return clean_line(name) or "untitled"


def base_name(path: str) -> str:
    """Return the last part of a path as any system writes it, without what cannot be shown."""
    return clean_line(path.replace("\\", "/").rstrip("/").rpartition("/")[2])


def export_file_name(title: str, start_frame: int, fps: Fraction) -> str:
    """Return the name under which the clip of a video that begins at a frame is downloaded."""
    start = format_timecode(start_frame, fps).replace(":", ".")
    words = re.sub(r"[^\w .()-]+", "_", title).strip(" .")[:80] or "clip"
    return f"{words} {start}.mp4"


def _clean(character: str) -> str:
    if character in _JOINERS:
        return character
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp" | "Zs":
            return " "
        case "Cs":
            return "\ufffd"
        case "Cf":
            return ""
        case "Cn" if ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF:
            return "\ufffd"  # a noncharacter: not to be interchanged (Unicode section 23.7)
        case _:
            return character
