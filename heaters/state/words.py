"""How states are put into words, letters and groups; a group has one colour and one shape."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from heaters.domain.lifecycle import CLIP_GROUPS, ClipState, VideoState
from heaters.domain.names import counted
from heaters.models import ActionKind, Check, Chore
from heaters.repositories.actions import ClipEntry, HistoryEntry


@dataclass(frozen=True)
class Look:
    """How a state is shown.

    Attributes:
        group: states that look alike; a class in the style sheet.
        letter: stands for the group where colour alone would not do.
        words: what is going on.
    """

    group: str
    letter: str
    words: str


@dataclass(frozen=True)
class VideoLook:
    """How a video's state is shown.

    Attributes:
        group: waiting, working, failed or ready.
        step: the step it is at, from 1; 4 when all three are done.
        words: what is going on.
    """

    group: str
    step: int
    words: str


_WORDS = {
    ClipState.PENDING_REVIEW: "pending",
    ClipState.REVIEW_APPROVED: "approved, waiting for export",
    ClipState.EXPORTING: "exporting",
    ClipState.EXPORTED: "exported",
    ClipState.KEYFRAMING: "exported, taking keyframes",
    ClipState.KEYFRAMED: "exported, has keyframes",
    ClipState.EMBEDDING: "exported, being embedded",
    ClipState.EMBEDDED: "exported, searchable",
    ClipState.REVIEW_SKIPPED: "skipped",
    ClipState.REVIEW_ARCHIVED: "archived",
    ClipState.EXPORT_FAILED: "export failed",
    ClipState.KEYFRAME_FAILED: "keyframes failed",
    ClipState.EMBEDDING_FAILED: "embedding failed",
}
_LETTERS = {
    "pending": "P",
    "approved": "A",
    "exported": "E",
    "skipped": "S",
    "archived": "D",
    "failed": "!",
}

CLIP_LOOKS: dict[ClipState, Look] = {
    state: Look(group, _LETTERS[group], _WORDS[state])
    for group, states in CLIP_GROUPS.items()
    for state in states
} | {ClipState.SUPERSEDED: Look("archived", "–", "replaced by other cuts")}

GROUPS: tuple[str, ...] = tuple(CLIP_GROUPS)
"""Groups of live clips, in the order in which they are counted."""

STEPS = ("download", "prepare", "find scenes")
"""The pipeline's three steps of a video."""

VIDEO_LOOKS: dict[VideoState, VideoLook] = {
    VideoState.NEW: VideoLook("waiting", 1, "waiting to download"),
    VideoState.DOWNLOADING: VideoLook("working", 1, "downloading"),
    VideoState.DOWNLOAD_FAILED: VideoLook("failed", 1, "download failed"),
    VideoState.DOWNLOADED: VideoLook("waiting", 2, "waiting to be prepared"),
    VideoState.PREPROCESSING: VideoLook("working", 2, "preparing"),
    VideoState.PREPROCESS_FAILED: VideoLook("failed", 2, "preparing failed"),
    VideoState.PREPROCESSED: VideoLook("waiting", 3, "waiting for scene detection"),
    VideoState.DETECTING_SCENES: VideoLook("working", 3, "finding scenes"),
    VideoState.DETECT_FAILED: VideoLook("failed", 3, "scene detection failed"),
    VideoState.READY: VideoLook("ready", 4, "ready"),
}


def states_of(group: str) -> list[ClipState]:
    """Return the states of live clips that the group stands for; none if there is no such group."""
    return list(CLIP_GROUPS.get(group, ()))


def check_words(check: Check | None, failed: Sequence[Chore] = ()) -> str:
    """Say how the last check of everything ended, and which chores did not do what they should.

    Empty where there was no round yet.
    """
    said = [_check_words(check)] if check else []
    said += [f"{_CHORE_WORDS[chore.name]}: {chore.error}" for chore in failed]
    return ". ".join(said)


_CHORE_WORDS = {
    "retire": "Deleting retired files stopped",
    "verify": "The last check stopped",
    "sweep": "Sweeping leftovers stopped",
}


def _check_words(check: Check) -> str:
    when = check.ended_at.astimezone().strftime("%d %b, %H:%M")
    if not check.finding_count:
        return f"Everything was in order on {when}"
    findings = counted(check.finding_count, "thing")
    return f"{findings} not in order on {when}: run heaters check"


_ACTION_WORDS = {
    ActionKind.REPLACE_CUTS: "detected cuts",
    ActionKind.ADD_CUT: "cut at frame {frame}",
    ActionKind.REMOVE_CUT: "removed the cut at frame {frame}",
    ActionKind.MOVE_CUT: "moved the cut at frame {frame} to {to_frame}",
    ActionKind.CONFIRM_CUT: "confirmed the cut at frame {frame}",
    ActionKind.APPROVE: "approved {clips}",
    ActionKind.SKIP: "skipped {clips}",
    ActionKind.ARCHIVE: "archived {clips}",
    ActionKind.GROUP: "grouped {clips}",
    ActionKind.UNGROUP: "ungrouped {clips}",
}
_REVERSED = {ActionKind.UNDO: "undone: ", ActionKind.REDO: "redone: "}


def range_words(start_frame: int, end_frame: int) -> str:
    """Write ``[start_frame, end_frame)`` as ``frames 0–49``, by its first and its last frame."""
    if end_frame - start_frame == 1:
        return f"frame {start_frame}"
    return f"frames {start_frame}–{end_frame - 1}"


def frames_words(start_frame: int, end_frame: int) -> str:
    """Name a clip, frames ``[start_frame, end_frame)``, by its first and its last frame."""
    return f"the clip at {range_words(start_frame, end_frame)}"


def numbered_words(
    starts: Sequence[int], frame_count: int, start_frame: int, end_frame: int
) -> str:
    """Name a clip by its number, from 1, among those that start at ``starts`` and tile the video.

    By its frames if none of them has exactly these.
    """
    index = bisect_right(starts, start_frame) - 1
    edges = (*starts[index : index + 2], frame_count)[:2] if index >= 0 else ()
    if edges == (start_frame, end_frame):
        return f"clip {index + 1}"
    return frames_words(start_frame, end_frame)


def action_words(entry: HistoryEntry, clip_words: Callable[[int, int], str] = frames_words) -> str:
    """Say what an action did, such as ``approved 3 clips`` or ``undone: skipped clip 7``.

    Args:
        entry: what was done.
        clip_words: names a clip, given its first frame and its end.
    """
    clips = counted(entry.clip_count, "clip")
    if entry.clip_count == 1 and entry.start_frame is not None and entry.end_frame is not None:
        clips = clip_words(entry.start_frame, entry.end_frame)
    return _REVERSED.get(entry.kind, "") + _words(
        entry.about_kind, entry.frame, entry.to_frame, entry.reason, clips
    )


def clip_entry_words(entry: ClipEntry) -> str:
    """Say what an action did, as the history of one clip does."""
    return _words(entry.kind, entry.frame, entry.to_frame, entry.reason, "it")


def _words(
    kind: ActionKind, frame: int | None, to_frame: int | None, reason: str | None, clips: str
) -> str:
    words = _ACTION_WORDS[kind].format(frame=frame, to_frame=to_frame, clips=clips)
    return f"{words} ({reason})" if reason else words
