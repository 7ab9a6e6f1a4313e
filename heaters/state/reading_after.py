"""What the review desk shows after an action: the reading before it, with what it changed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from heaters.domain.history import ClipChange
from heaters.domain.lifecycle import ClipState
from heaters.models import Action, ActionKind
from heaters.repositories.actions import ActionRepository
from heaters.repositories.database import UnitOfWork
from heaters.state.reading import Reading, read_clips
from heaters.state.sheet import Clips
from heaters.state.words import CLIP_LOOKS

_CUTS_STAY = {
    ActionKind.APPROVE,
    ActionKind.SKIP,
    ActionKind.ARCHIVE,
    ActionKind.GROUP,
    ActionKind.UNGROUP,
}
"""Actions after which the same cuts are checked as before."""

_Row = tuple[int, int, str, int, str]
"""First frame, id, letter, group and version of a clip."""


def read_after(uow: UnitOfWork, before: Reading, action: Action) -> Reading:
    """Read what is different after an action: no more than it has changed.

    Other clips are as they were in ``before``. What has been done to them since, the pipeline
    announces, and it is read soon. Where reviewers have done more, everything is read.
    """
    if action.revision != before.revision + 1:
        return read_clips(uow, before)
    changes = [ClipChange.from_json(stored) for stored in action.changes]
    checked = before.checked
    if action.kind not in _CUTS_STAY:
        checked = ActionRepository(uow.session).checked_cuts(before.video.id)
    return replace(_changed(before, changes), revision=action.revision, checked=checked)


def _changed(reading: Reading, changes: Sequence[ClipChange]) -> Reading:
    """Return the reading with these clips as they are after the changes, and no others different.

    Args:
        reading: as it was before.
        changes: of one action, which takes away and makes clips of the same frames.
    """
    if not changes:
        return reading
    clips, versions = reading.clips, reading.versions
    at = bisect_left(clips.starts, min(change.start_frame for change in changes))
    end = bisect_left(clips.starts, max(change.end_frame for change in changes))
    near, touched = clips[at:end], {change.clip_id for change in changes}
    old = zip(near.starts, near.ids, near.letters, near.groups, versions[at:end], strict=True)
    rows = [row for row in old if row[1] not in touched]
    rows += [_row(change) for change in changes if change.after.state != ClipState.SUPERSEDED]
    starts, ids, letters, groups, fresh = zip(*sorted(rows), strict=True)
    return replace(
        reading,
        clips=Clips(
            [*clips.ids[:at], *ids, *clips.ids[end:]],
            [*clips.starts[:at], *starts, *clips.starts[end:]],
            "".join((clips.letters[:at], *letters, clips.letters[end:])),
            [*clips.groups[:at], *groups, *clips.groups[end:]],
        ),
        versions=[*versions[:at], *fresh, *versions[end:]],
    )


def _row(change: ClipChange) -> _Row:
    """Return a clip as it is after a change; its version has not been read."""
    after = change.after
    letter = CLIP_LOOKS[after.state].letter
    return change.start_frame, change.clip_id, letter, after.group_id or 0, ""
