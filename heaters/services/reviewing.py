"""What reviewers decide about clips: each call is one action on clips of one video, all or none.

Asking for what is already so changes nothing and leaves no row: the answer is None.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from heaters.domain.errors import NotFound
from heaters.domain.lifecycle import ClipState, decision
from heaters.domain.review import ClipsOfSeveralVideos, ClipSuperseded, TooFewClips
from heaters.models import Action, ActionKind, ClipGroup
from heaters.repositories.database import UnitOfWork
from heaters.repositories.timelines import LockedClip, LockedVideo, TimelineRepository
from heaters.services.trail import Trail


def approve(uow: UnitOfWork, clip_ids: Collection[int], *, reviewer_id: int) -> Action | None:
    """Approve clips and have them exported; those that are approved already stay as they are.

    Raises:
        TooFewClips: no clip is given.
        NotFound: one of them does not exist.
        ClipsOfSeveralVideos: they are not all of one video.
        ClipSuperseded: a cut operation has replaced one of them.
    """
    video, clips = _lock(uow, clip_ids)
    chosen = [clip for clip in clips if decision(clip.state) != ClipState.REVIEW_APPROVED]
    if not chosen:
        return None
    trail = Trail(uow, video, reviewer_id)
    for clip in chosen:
        trail.advance(clip, ClipState.REVIEW_APPROVED)
    return trail.record(ActionKind.APPROVE)


def skip(uow: UnitOfWork, clip_ids: Collection[int], *, reviewer_id: int) -> Action | None:
    """Leave clips out of the library; files they have are retired.

    Raises:
        TooFewClips, NotFound, ClipsOfSeveralVideos, ClipSuperseded: as ``approve``.
    """
    return _turn_down(uow, clip_ids, ClipState.REVIEW_SKIPPED, ActionKind.SKIP, reviewer_id)


def archive(uow: UnitOfWork, clip_ids: Collection[int], *, reviewer_id: int) -> Action | None:
    """Take clips out of the library for good; files they have are retired.

    Raises:
        TooFewClips, NotFound, ClipsOfSeveralVideos, ClipSuperseded: as ``approve``.
    """
    return _turn_down(uow, clip_ids, ClipState.REVIEW_ARCHIVED, ActionKind.ARCHIVE, reviewer_id)


def group(uow: UnitOfWork, clip_ids: Collection[int], *, reviewer_id: int) -> Action | None:
    """Put clips in a new group; they leave the groups they were in. Their states stay.

    Returns:
        None where they are together in a group already.

    Raises:
        TooFewClips: fewer than two clips are given.
        NotFound, ClipsOfSeveralVideos, ClipSuperseded: as ``approve``.
    """
    video, clips = _lock(uow, clip_ids, at_least=2)
    present = {clip.group_id for clip in clips}
    if len(present) == 1 and None not in present:
        return None
    made = ClipGroup(video_id=video.id)
    uow.session.add(made)
    uow.session.flush()
    trail = Trail(uow, video, reviewer_id)
    for clip in clips:
        trail.put_in_group(clip, made.id)
    return trail.record(ActionKind.GROUP)


def ungroup(uow: UnitOfWork, clip_ids: Collection[int], *, reviewer_id: int) -> Action | None:
    """Take clips out of their groups; those in none stay as they are.

    Raises:
        TooFewClips, NotFound, ClipsOfSeveralVideos, ClipSuperseded: as ``approve``.
    """
    video, clips = _lock(uow, clip_ids)
    chosen = [clip for clip in clips if clip.group_id is not None]
    if not chosen:
        return None
    trail = Trail(uow, video, reviewer_id)
    for clip in chosen:
        trail.put_in_group(clip, None)
    return trail.record(ActionKind.UNGROUP)


def _turn_down(
    uow: UnitOfWork,
    clip_ids: Collection[int],
    target: ClipState,
    kind: ActionKind,
    reviewer_id: int,
) -> Action | None:
    video, clips = _lock(uow, clip_ids)
    chosen = [clip for clip in clips if clip.state != target]
    if not chosen:
        return None
    trail = Trail(uow, video, reviewer_id)
    for clip in chosen:
        trail.advance(clip, target)
    return trail.record(kind)


def _lock(
    uow: UnitOfWork, clip_ids: Collection[int], *, at_least: int = 1
) -> tuple[LockedVideo, Sequence[LockedClip]]:
    """Lock the video, then the clips, which are live and in timeline order."""
    timelines = TimelineRepository(uow.session)
    if len(set(clip_ids)) < at_least:
        raise TooFewClips(at_least)
    video_of = timelines.video_of(clip_ids)
    for clip_id in clip_ids:
        if clip_id not in video_of:
            raise NotFound(f"there is no clip {clip_id}")
    video_id, *others = sorted(set(video_of.values()))
    if others:
        raise ClipsOfSeveralVideos((video_id, *others))
    video = timelines.lock_video(video_id)
    clips = timelines.lock_clips(clip_ids)
    for clip in clips:
        if clip.state == ClipState.SUPERSEDED:
            raise ClipSuperseded(clip.id)
    return video, clips
