"""The audit trail: what an action did to each clip, and how it is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from heaters.domain.lifecycle import ClipState, decision


@dataclass(frozen=True, slots=True)
class ClipStatus:
    """What reviewers decide about a clip.

    Attributes:
        state: the clip's state; while a job works on it, the one from which the job took it.
        group_id: the group it is in.
        revision: the video's revision at which this was decided: names the action that did it.
    """

    state: ClipState
    group_id: int | None
    revision: int

    @property
    def decided(self) -> tuple[ClipState, int | None, int]:
        """What reviewers decided, however far the pipeline has carried it out since."""
        return decision(self.state), self.group_id, self.revision

    def to_json(self) -> dict[str, Any]:
        """Return the status as it is stored."""
        return {"state": self.state, "group_id": self.group_id, "revision": self.revision}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> ClipStatus:
        """Read a stored status."""
        return cls(ClipState(stored["state"]), stored["group_id"], stored["revision"])


@dataclass(frozen=True, slots=True)
class ClipChange:
    """What one action did to one clip, frames ``[start_frame, end_frame)``.

    Attributes:
        before: None where the action made the clip.
        after: a clip that an action took away is still there, as superseded.
    """

    clip_id: int
    start_frame: int
    end_frame: int
    before: ClipStatus | None
    after: ClipStatus

    @property
    def undone(self) -> ClipStatus:
        """The status that undoing the action gives the clip: the very one that it had before.

        A clip that the action made is superseded, and so can come back by redo.
        """
        return self.before or ClipStatus(
            ClipState.SUPERSEDED, self.after.group_id, self.after.revision
        )

    def to_json(self) -> dict[str, Any]:
        """Return the change as it is stored."""
        return {
            "clip_id": self.clip_id,
            "start_frame": self.start_frame,
            "end_frame": self.end_frame,
            "before": self.before and self.before.to_json(),
            "after": self.after.to_json(),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> ClipChange:
        """Read a stored change."""
        before, after = stored["before"], stored["after"]
        return cls(
            stored["clip_id"],
            stored["start_frame"],
            stored["end_frame"],
            before and ClipStatus.from_json(before),
            ClipStatus.from_json(after),
        )
