"""Names of videos and of files that people keep."""

from __future__ import annotations

import re
import unicodedata

_FILE_TITLE_BYTES = 100  # with the rest below 143, the least that a file system in use allows

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


def counted(number: int, noun: str) -> str:
    """Write ``1 clip``, ``1,234 clips``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def export_file_name(title: str, video_id: int, start_frame: int, end_frame: int) -> str:
    """Return the one name of an exported clip: on the desk, as a download, among collected files.

    The video's id and the frames ``[start_frame, end_frame)`` make it unique in a library. The
    title comes first, in whatever script, without what a shell, a terminal or a file system may
    take amiss.
    """
    words = _plain(title) or "clip"
    return f"{words}_{video_id}_{start_frame:07d}-{end_frame:07d}.mp4"


def _plain(title: str) -> str:
    """Return the letters, marks and digits of a title with ``-``, ``.``, ``_`` between them."""
    words = re.sub(r"[ _]+", "_", "".join(map(_letter, unicodedata.normalize("NFC", title))))
    short = words.strip("-._").encode()[:_FILE_TITLE_BYTES].decode(errors="ignore")
    return short.rstrip("-._")


def _letter(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] in "LMN" or character in "-._":
        return character
    return "" if category == "Cf" else " "


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
