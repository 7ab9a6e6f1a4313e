"""One action under way: it changes clips, and the row that it leaves says what it changed."""

from __future__ import annotations

from collections.abc import Sequence

from heaters.domain.history import ClipStatus
from heaters.domain.lifecycle import (
    APPROVED_CLIP_STATES,
    EXPORTED_CLIP_STATES,
    ClipState,
    advance,
    decision,
    restore,
)
from heaters.domain.stages import STAGES
from heaters.models import Action, ActionKind
from heaters.repositories.database import Job, UnitOfWork
from heaters.repositories.retention import RetentionRepository
from heaters.repositories.timelines import (
    LockedClip,
    LockedVideo,
    NewClip,
    TimelineRepository,
)

_STAGE_DUE = {stage.due: stage.name for stage in STAGES.values()}


class Trail:
    """Collects what one action does to the clips of a video whose row is locked.

    Whatever may be refused is refused before: an action that raises has changed nothing. No clip is
    refused because a job works on it: a decision takes it away from the job.
    """

    def __init__(self, uow: UnitOfWork, video: LockedVideo, reviewer_id: int | None) -> None:
        self._uow = uow
        self._video_id, self._reviewer_id = video.id, reviewer_id
        self._revision = video.revision + 1
        self._changes: list[tuple[ClipStatus, LockedClip]] = []

    def advance(self, clip: LockedClip, target: ClipState) -> None:
        """Move a clip forward, as the lifecycle's table allows."""
        self._changes.append((clip.status, clip))
        advance(clip, target)
        clip.revision = self._revision

    def put_in_group(self, clip: LockedClip, group_id: int | None) -> None:
        """Put a clip in a group, or in none."""
        self._changes.append((clip.status, clip))
        clip.group_id, clip.revision = group_id, self._revision

    def restore(self, clip: LockedClip, status: ClipStatus, *, has_files: bool) -> None:
        """Give a clip an earlier status back.

        What the pipeline has done since under the same decision stays done. A clip whose exported
        files are gone becomes approved, to be exported again.
        """
        self._changes.append((clip.status, clip))
        if decision(clip.state) != decision(status.state):
            lacks_files = status.state in EXPORTED_CLIP_STATES and not has_files
            restore(clip, ClipState.REVIEW_APPROVED if lacks_files else status.state)
        clip.group_id, clip.revision = status.group_id, status.revision

    def record(
        self,
        kind: ActionKind,
        *,
        made: Sequence[NewClip] = (),
        frame: int | None = None,
        to_frame: int | None = None,
        reason: str | None = None,
        reverses_id: int | None = None,
    ) -> Action:
        """Write what has changed and the action's row; retire files, ask for work that is due."""
        action = Action(
            video_id=self._video_id,
            revision=self._revision,
            reviewer_id=self._reviewer_id,
            kind=kind,
            frame=frame,
            to_frame=to_frame,
            reason=reason,
            reverses_id=reverses_id,
            request_id=self._uow.request_id,
            changes=[],
        )
        TimelineRepository(self._uow.session).write(action, self._changes, made)
        retired_ids: list[int] = []
        for before, clip in self._changes:
            if before.state in EXPORTED_CLIP_STATES and clip.state not in APPROVED_CLIP_STATES:
                retired_ids.append(clip.id)
            if before.state != clip.state and clip.state in _STAGE_DUE:
                self._uow.send(Job(_STAGE_DUE[clip.state], clip.id))
        if retired_ids:
            RetentionRepository(self._uow.session).retire(retired_ids, revision=self._revision)
        return action
