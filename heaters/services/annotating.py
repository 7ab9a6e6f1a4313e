"""What reviewers write about a clip.

Notes and tags are no action: nobody else's work rests on them, they are saved while somebody
types, and go with a clip through every cut and undo. In the audit trail they would stand between a
reviewer and the cut that they want to take back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from heaters.domain.errors import InvalidInput
from heaters.domain.lifecycle import ClipState
from heaters.domain.review import ClipSuperseded
from heaters.models import Clip
from heaters.repositories.clips import ClipRepository
from heaters.repositories.database import UnitOfWork

NOTES_MAX_LENGTH = 10_000
TAG_MAX_LENGTH = 60
TAGS_MAX_COUNT = 50

_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")
"""What JSON can say and PostgreSQL cannot store: zero, and halves of surrogate pairs."""


class CannotBeWritten(InvalidInput):
    """Notes and tags are text of a bounded length."""


def describe(uow: UnitOfWork, clip_id: int, *, notes: str, tags: Iterable[str]) -> Clip:
    """Give a clip these notes and tags in place of those it has.

    Args:
        uow: the transaction.
        clip_id: the clip.
        notes: any text of up to ``NOTES_MAX_LENGTH`` characters.
        tags: space around them is dropped, empty ones and those that come twice are left out.

    Raises:
        NotFound: there is no such clip.
        ClipSuperseded: a cut operation has replaced it.
        CannotBeWritten: something is too long, or is no text.
    """
    notes = _checked(notes.strip(), NOTES_MAX_LENGTH, "notes")
    words = [_checked(" ".join(tag.split()), TAG_MAX_LENGTH, "a tag") for tag in tags]
    tags = list(dict.fromkeys(filter(None, words)))
    if len(tags) > TAGS_MAX_COUNT:
        raise CannotBeWritten(f"a clip has at most {TAGS_MAX_COUNT} tags")
    clip = ClipRepository(uow.session).get(clip_id)
    uow.session.refresh(clip, with_for_update={"key_share": True})
    if clip.state == ClipState.SUPERSEDED:
        raise ClipSuperseded(clip_id)
    clip.notes, clip.tags = notes, tags
    return clip


def _checked(text: str, max_length: int, what: str) -> str:
    if len(text) > max_length:
        raise CannotBeWritten(f"{what} can be at most {max_length:,} characters long")
    if _NO_CHARACTER.search(text):
        raise CannotBeWritten(f"{what} cannot hold what is no character")
    return text
