"""What reviewers may not do, and why: each refusal leaves everything as it was."""

from __future__ import annotations

from collections.abc import Sequence

from heaters.domain.errors import HeatersError
from heaters.domain.timeline import FrameRange

NAMED_CLIPS = 10
"""At most this many clips are named in one sentence."""


class VideoNotReady(HeatersError):
    """Only a video whose scenes have been detected has a timeline to work on."""

    def __init__(self, video_id: int, state: str) -> None:
        super().__init__(f"video {video_id} is {state}; it can be cut once it is ready")
        self.video_id, self.state = video_id, state


class ClipSuperseded(HeatersError):
    """A clip that a cut operation replaced is history: only undo brings it back."""

    def __init__(self, clip_id: int) -> None:
        super().__init__(f"clip {clip_id} has been replaced by a change of the cuts")
        self.clip_id = clip_id


class NoSuchClip(HeatersError):
    """Somebody named a clip by its frames, and these are not the frames of one clip."""

    def __init__(self, frames: FrameRange) -> None:
        super().__init__(
            f"[{frames.start_frame}, {frames.end_frame}) is not a clip: the cuts have changed"
        )
        self.frames = frames


class ConfirmationRequired(HeatersError):
    """A cut operation takes exported clips out of the library: only if the reviewer says so."""

    def __init__(self, clip_ids: Sequence[int]) -> None:
        names = ", ".join(str(clip_id) for clip_id in clip_ids[:NAMED_CLIPS])
        if len(clip_ids) > NAMED_CLIPS:
            names += f" and {len(clip_ids) - NAMED_CLIPS:,} more"
        clips = f"clip {names} is" if len(clip_ids) == 1 else f"clips {names} are"
        super().__init__(f"{clips} exported: confirm to replace and take out of search")
        self.clip_ids = tuple(clip_ids)


class ClipsOfSeveralVideos(HeatersError):
    """One action belongs to the history of one video."""

    def __init__(self, video_ids: Sequence[int]) -> None:
        names = ", ".join(str(video_id) for video_id in video_ids)
        super().__init__(f"these clips belong to videos {names}; act on one video at a time")
        self.video_ids = tuple(video_ids)


class TooFewClips(HeatersError):
    """A group holds at least two clips, any other action at least one."""

    def __init__(self, at_least: int) -> None:
        super().__init__(f"choose at least {at_least} clip{'s' if at_least > 1 else ''}")
        self.at_least = at_least


class ClipsExist(HeatersError):
    """First clips are made once; afterwards cuts are replaced."""

    def __init__(self, video_id: int) -> None:
        super().__init__(f"video {video_id} already has clips; replace its cuts instead")
        self.video_id = video_id


class NothingToUndo(HeatersError):
    """The reviewer has no action that is not yet undone."""

    def __init__(self) -> None:
        super().__init__("nothing to undo")


class NothingToRedo(HeatersError):
    """The reviewer has undone nothing since their last new action."""

    def __init__(self) -> None:
        super().__init__("nothing to redo")


class ChangedSince(HeatersError):
    """An action can be undone or redone only while its clips are as it left them."""

    def __init__(self, clip_id: int, reviewer: str) -> None:
        super().__init__(f"clip {clip_id} has since been changed by {reviewer}")
        self.clip_id, self.reviewer = clip_id, reviewer
