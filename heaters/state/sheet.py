"""What the review desk in a browser knows of a video's clips: all of them once, then what changed.

Pure. ``assets/desk/session/session.js`` is the other end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

KEPT_NEWS = 8
"""How many news a page holds: more than reach a browser between two looks at them."""
KEPT_CLIPS = 2_000
"""At most so many clips are in the news that a page holds besides the newest."""


@dataclass(frozen=True, eq=False)
class Clips:
    """The live clips of a video in timeline order; two are the same only if they are one object.

    Attributes:
        ids: a clip's id.
        starts: its first frame; it ends where the next one starts, the last with the video.
        letters: the letter of its state, as in ``words.CLIP_LOOKS``.
        groups: the group it is in; 0 for none.
    """

    ids: Sequence[int] = ()
    starts: Sequence[int] = ()
    letters: str = ""
    groups: Sequence[int] = ()

    def __getitem__(self, part: slice) -> Clips:
        """Return some of the clips."""
        return Clips(self.ids[part], self.starts[part], self.letters[part], self.groups[part])


@dataclass(frozen=True)
class Sheet:
    """Everything: the clips of a video, and where to begin.

    Attributes:
        number: of the last news that it includes.
        reviewer_id: whose tab it is.
        checked: cuts that a reviewer has looked at.
        opened_frame: first frame of the clip that the address names.
    """

    number: int = 0
    reviewer_id: int = 0
    video_id: int = 0
    frame_count: int = 0
    ids: Sequence[int] = ()
    starts: Sequence[int] = ()
    letters: str = ""
    groups: Sequence[int] = ()
    checked: Sequence[int] = ()
    opened_frame: int = 0


@dataclass(frozen=True)
class News:
    """What became of an intent, and what changed since the news before.

    Attributes:
        number: counts up by one.
        answers: the browser's name of the request that this answers; empty for none.
        refused: why nothing was done; empty if it was.
        to_confirm: ids of exported clips that the same intent with ``confirm`` would replace.
        said: what was done, in words.
        at: from this clip on, counted from 0, ``removed`` clips are replaced by those that follow.
        checked: cuts that a reviewer has looked at; None where these are the same as before.
    """

    number: int
    answers: str = ""
    refused: str = ""
    to_confirm: Sequence[int] = ()
    said: str = ""
    at: int = 0
    removed: int = 0
    ids: Sequence[int] = ()
    starts: Sequence[int] = ()
    letters: str = ""
    groups: Sequence[int] = ()
    checked: Sequence[int] | None = None


class Splice(NamedTuple):
    """``removed`` clips from the ``at``-th on, counted from 0, are replaced by ``clips``."""

    at: int
    removed: int
    clips: Clips


@lru_cache(maxsize=16)  # all tabs of a process that show a video ask for the same
def difference(old: Clips, new: Clips) -> Splice:
    """Return the one splice that makes ``new`` of ``old``: all but what both begin and end with."""
    at = _same(old, new)
    end = _same(old[at:][::-1], new[at:][::-1])
    return Splice(at, len(old.ids) - at - end, new[at : len(new.ids) - end])


def _same(one: Clips, other: Clips) -> int:
    """Return with how many clips in common the two begin."""
    return min(
        _same_items(one.ids, other.ids),
        _same_items(one.starts, other.starts),
        _same_items(one.letters, other.letters),
        _same_items(one.groups, other.groups),
    )


def _same_items(one: Sequence[object], other: Sequence[object]) -> int:
    """Bisect, so that it is slices that are compared, which costs little, and not items."""
    same, end = 0, min(len(one), len(other))
    while same < end:
        middle = (same + end + 1) // 2
        if one[same:middle] == other[same:middle]:
            same = middle
        else:
            end = middle - 1
    return same


def kept(news: tuple[News, ...]) -> tuple[News, ...]:
    """Return the latest news, few enough to be sent again with each of them.

    A browser that has missed more asks for a new sheet.
    """
    first = len(news) - 1
    clip_count = 0
    while first > max(0, len(news) - KEPT_NEWS):
        clip_count += len(news[first - 1].ids)
        if clip_count > KEPT_CLIPS:
            break
        first -= 1
    return news[max(0, first) :]
