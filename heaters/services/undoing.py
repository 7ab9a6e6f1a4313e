"""Undo and redo: compensating actions that give clips the very status they had before."""

from __future__ import annotations

from collections.abc import Sequence

from heaters.domain.history import ClipChange
from heaters.domain.lifecycle import EXPORTED_CLIP_STATES
from heaters.domain.review import ChangedSince, NothingToRedo, NothingToUndo
from heaters.models import Action, ActionKind
from heaters.repositories.actions import ActionRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.retention import RetentionRepository
from heaters.repositories.timelines import LockedClip, TimelineRepository
from heaters.services.trail import Trail


def undo(uow: UnitOfWork, *, reviewer_id: int, video_id: int | None = None) -> Action:
    """Take back the reviewer's latest action that is not taken back yet; again goes further back.

    Args:
        uow: the transaction.
        reviewer_id: whose action; nobody undoes another's.
        video_id: look only at actions on this video.

    Raises:
        NothingToUndo: there is none.
        ChangedSince: somebody else has changed its clips since.
    """
    return _reverse(uow, ActionKind.UNDO, reviewer_id, video_id)


def redo(uow: UnitOfWork, *, reviewer_id: int, video_id: int | None = None) -> Action:
    """Do again what the reviewer last undid; a new action of theirs ends that.

    Raises:
        NothingToRedo: nothing is undone, or there was a new action since.
        ChangedSince: as ``undo``.
    """
    return _reverse(uow, ActionKind.REDO, reviewer_id, video_id)


def _reverse(uow: UnitOfWork, kind: ActionKind, reviewer_id: int, video_id: int | None) -> Action:
    actions = ActionRepository(uow.session)
    find, nothing = (
        (actions.last_undoable, NothingToUndo)
        if kind is ActionKind.UNDO
        else (actions.last_redoable, NothingToRedo)
    )
    if video_id is None:
        latest = find(reviewer_id)
        if latest is None:
            raise nothing
        video_id = latest.video_id
    video = TimelineRepository(uow.session).lock_video(video_id)
    latest = find(reviewer_id, video_id)  # again, now that no one else can undo it
    if latest is None:
        raise nothing
    action = actions.get(latest.id)
    changes = [ClipChange.from_json(stored) for stored in action.changes]
    clips = _lock_unchanged(uow, action, changes)
    exported_ids = {c.clip_id for c in changes if c.undone.state in EXPORTED_CLIP_STATES}
    with_files = RetentionRepository(uow.session).revive(exported_ids, revision=action.revision)
    trail = Trail(uow, video, reviewer_id)
    for change in changes:
        trail.restore(clips[change.clip_id], change.undone, has_files=change.clip_id in with_files)
    return trail.record(kind, reverses_id=action.id)


def _lock_unchanged(
    uow: UnitOfWork, action: Action, changes: Sequence[ClipChange]
) -> dict[int, LockedClip]:
    """Lock the clips of ``action`` and return them by id, if they are as it left them.

    The whole status counts: a clip that was made and unmade since has the revision that it had.
    """
    locked = TimelineRepository(uow.session).lock_clips([change.clip_id for change in changes])
    clips = {clip.id: clip for clip in locked}
    for change in changes:
        clip = clips[change.clip_id]
        if clip.status.decided != change.after.decided:
            name = ActionRepository(uow.session).reviewer_at(action.video_id, clip.revision)
            raise ChangedSince(change.clip_id, name)
    return clips
