"""Change where a video is cut: each operation is one action, and leaves a timeline that tiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from heaters.domain.cuts import (
    AddCut,
    CutOperation,
    MoveCut,
    NoSuchCut,
    RemoveCut,
    apply_operation,
    with_kept,
)
from heaters.domain.lifecycle import EXPORTED_CLIP_STATES, ClipState, VideoState
from heaters.domain.review import ClipsExist, ConfirmationRequired, VideoNotReady
from heaters.domain.timeline import (
    Difference,
    FrameRange,
    Timeline,
    complete_coverage,
    difference,
    heirs,
    timeline_from_clips,
    timeline_from_cuts,
)
from heaters.models import Action, ActionKind
from heaters.repositories.actions import ActionRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.timelines import LockedClip, LockedVideo, NewClip, TimelineRepository
from heaters.services.trail import Trail

_KINDS: dict[type[CutOperation], ActionKind] = {
    AddCut: ActionKind.ADD_CUT,
    RemoveCut: ActionKind.REMOVE_CUT,
    MoveCut: ActionKind.MOVE_CUT,
}


def add_cut(
    uow: UnitOfWork, video_id: int, frame: int, *, reviewer_id: int, confirm_exported: bool = False
) -> Action:
    """Part the clip that holds ``frame``, so that a clip starts there.

    Args:
        uow: the transaction.
        video_id: the video.
        frame: the first frame of the later clip.
        reviewer_id: who does it.
        confirm_exported: replace clips even if they are exported already.

    Raises:
        NotFound: there is no such video.
        VideoNotReady: its scenes have not been detected yet.
        FrameOutOfRange, DuplicateCut: there can be no new cut at this frame.
        ConfirmationRequired: the clip is exported, and ``confirm_exported`` is false.
    """
    return _operate(uow, video_id, AddCut(frame), reviewer_id, confirm_exported=confirm_exported)


def remove_cut(
    uow: UnitOfWork, video_id: int, frame: int, *, reviewer_id: int, confirm_exported: bool = False
) -> Action:
    """Join the clips that meet at ``frame``. For the arguments see ``add_cut``.

    Raises:
        NotFound, VideoNotReady, ConfirmationRequired: as ``add_cut``.
        NoSuchCut: no clips meet at this frame.
    """
    return _operate(uow, video_id, RemoveCut(frame), reviewer_id, confirm_exported=confirm_exported)


def move_cut(
    uow: UnitOfWork,
    video_id: int,
    frame: int,
    to_frame: int,
    *,
    reviewer_id: int,
    confirm_exported: bool = False,
) -> Action:
    """Let the clips that meet at ``frame`` meet at ``to_frame``. For the rest see ``add_cut``.

    Raises:
        NotFound, VideoNotReady, ConfirmationRequired: as ``add_cut``.
        NoSuchCut: no clips meet at this frame.
        DuplicateCut, CutOutOfBounds: ``to_frame`` is not strictly inside the two clips, or where
            the cut is already.
    """
    return _operate(
        uow, video_id, MoveCut(frame, to_frame), reviewer_id, confirm_exported=confirm_exported
    )


def confirm_cut(uow: UnitOfWork, video_id: int, frame: int, *, reviewer_id: int) -> Action | None:
    """Put down that somebody has looked at a cut, and that it is right. No clip changes.

    Returns:
        None where the cut counts as checked already.

    Raises:
        NotFound, VideoNotReady: as ``add_cut``.
        NoSuchCut: no clips meet at this frame.
    """
    video, frame_count = _lock_ready(uow, video_id)
    if not 0 < frame < frame_count or (
        len(TimelineRepository(uow.session).lock_clips_around(video_id, frame)) < 2
    ):
        raise NoSuchCut(frame)
    if frame in ActionRepository(uow.session).checked_cuts(video_id):
        return None
    return Trail(uow, video, reviewer_id).record(ActionKind.CONFIRM_CUT, frame=frame)


def create_virtual_clips(
    uow: UnitOfWork, video_id: int, cuts: Iterable[int], *, reason: str
) -> Action:
    """Give a video its first clips: the ranges between ``cuts``, which come in any order.

    The system does this, not a reviewer, so nobody's undo takes it back.

    Raises:
        NotFound: there is no such video.
        VideoNotReady: its number of frames is not known yet.
        ClipsExist: it has clips.
        FrameOutOfRange, DuplicateCut: these are not cuts of this video.
    """
    timelines = TimelineRepository(uow.session)
    video = timelines.lock_video(video_id)
    if video.frame_count is None:
        raise VideoNotReady(video_id, video.state)
    timeline = timeline_from_cuts(video.frame_count, cuts)
    if timelines.lock_clips_around(video_id, 0):  # any tiling holds frame 0
        raise ClipsExist(video_id)
    made = [NewClip(frames) for frames in timeline.clips]
    return Trail(uow, video, None).record(ActionKind.REPLACE_CUTS, made=made, reason=reason)


def replace_cuts(
    uow: UnitOfWork,
    video_id: int,
    cuts: Iterable[int],
    *,
    reviewer_id: int,
    reason: str,
    keeps_checked: bool = False,
    confirm_exported: bool = False,
) -> Action | None:
    """Cut a video at ``cuts`` and nowhere else, as one action: after a new detection, say.

    Clips whose frames stay the same are left alone. For the other arguments see ``add_cut``.

    Args:
        uow: the transaction.
        video_id: the video.
        cuts: first frames of clips, in any order.
        reviewer_id: who does it.
        reason: where the cuts come from, for the history.
        keeps_checked: leave the cuts in place that people have made or confirmed by now; see
            ``with_kept``.
        confirm_exported: replace clips even if they are exported already.

    Returns:
        None where the video has exactly these cuts already.

    Raises:
        NotFound, VideoNotReady, ConfirmationRequired: as ``add_cut``.
        FrameOutOfRange, DuplicateCut: these are not cuts of this video.
    """
    video, frame_count = _lock_ready(uow, video_id)
    if keeps_checked:
        cuts = with_kept(cuts, ActionRepository(uow.session).checked_cuts(video_id))
    new = timeline_from_cuts(frame_count, cuts)
    return _replace(uow, video, new, reviewer_id, reason, confirm_exported=confirm_exported)


def import_ranges(
    uow: UnitOfWork,
    video_id: int,
    ranges: Iterable[FrameRange],
    *,
    reviewer_id: int,
    reason: str,
    confirm_exported: bool = False,
) -> Action | None:
    """Make each of ``ranges`` a clip, and each gap between them too, as ``replace_cuts`` does.

    Raises:
        NotFound, VideoNotReady, ConfirmationRequired: as ``add_cut``.
        RangeOutOfBounds, OverlappingRanges: these cannot be clips of this video.
    """
    video, frame_count = _lock_ready(uow, video_id)
    new = complete_coverage(frame_count, ranges)
    return _replace(uow, video, new, reviewer_id, reason, confirm_exported=confirm_exported)


def _lock_ready(uow: UnitOfWork, video_id: int) -> tuple[LockedVideo, int]:
    video = TimelineRepository(uow.session).lock_video(video_id)
    if video.state != VideoState.READY or video.frame_count is None:
        raise VideoNotReady(video_id, video.state)
    return video, video.frame_count


def _operate(
    uow: UnitOfWork,
    video_id: int,
    operation: CutOperation,
    reviewer_id: int,
    *,
    confirm_exported: bool,
) -> Action:
    """Carry out ``operation`` on the timeline that knows only the clips around its frame.

    All others stand as the gaps between them, so an operation costs the same on 10 clips and on
    10,000; ``apply_operation`` says why this is enough.
    """
    video, frame_count = _lock_ready(uow, video_id)
    clips: Sequence[LockedClip] = []
    if 0 < operation.frame < frame_count:  # elsewhere no clips meet, and none can be parted
        clips = TimelineRepository(uow.session).lock_clips_around(video_id, operation.frame)
    old = complete_coverage(frame_count, [clip.frames for clip in clips])
    change = difference(old, apply_operation(old, operation))
    _refuse_protected(clips, change, confirm_exported=confirm_exported)
    trail = Trail(uow, video, reviewer_id)
    return trail.record(
        _KINDS[type(operation)],
        made=_supersede(trail, clips, change),
        frame=operation.frame,
        to_frame=operation.to_frame if isinstance(operation, MoveCut) else None,
    )


def _replace(
    uow: UnitOfWork,
    video: LockedVideo,
    new: Timeline,
    reviewer_id: int,
    reason: str,
    *,
    confirm_exported: bool,
) -> Action | None:
    clips = TimelineRepository(uow.session).lock_live_clips(video.id)
    old = timeline_from_clips(new.frame_count, [clip.frames for clip in clips])
    change = difference(old, new)
    if not change.created:
        return None
    _refuse_protected(clips, change, confirm_exported=confirm_exported)
    trail = Trail(uow, video, reviewer_id)
    made = _supersede(trail, clips, change)
    return trail.record(ActionKind.REPLACE_CUTS, made=made, reason=reason)


def _refuse_protected(
    clips: Sequence[LockedClip], change: Difference, *, confirm_exported: bool
) -> None:
    """Refuse to supersede clips that have an exported file without confirmation."""
    gone = set(change.superseded)
    exported_ids = [
        clip.id
        for clip in clips
        if clip.frames in gone and clip.status.state in EXPORTED_CLIP_STATES
    ]
    if exported_ids and not confirm_exported:
        raise ConfirmationRequired(exported_ids)


def _supersede(trail: Trail, clips: Sequence[LockedClip], change: Difference) -> Sequence[NewClip]:
    """Take the superseded ones among ``clips`` away, and return what is to be made instead.

    A new clip has the notes and tags of those it takes the place of, and their group if it is one.
    """
    clip_at = {clip.frames: clip for clip in clips}
    for frames in change.superseded:
        trail.advance(clip_at[frames], ClipState.SUPERSEDED)
    made: list[NewClip] = []
    for frames, old_frames in heirs(change).items():
        parents = [clip_at[old] for old in old_frames]
        groups = {clip.group_id for clip in parents}
        made.append(
            NewClip(
                frames,
                group_id=groups.pop() if len(groups) == 1 else None,
                notes="\n".join(dict.fromkeys(clip.notes for clip in parents if clip.notes)),
                tags=list(dict.fromkeys(chain.from_iterable(clip.tags for clip in parents))),
            )
        )
    return made
