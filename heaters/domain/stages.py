"""The pipeline as data: which step is due in which state, and the states it moves through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from heaters.domain.lifecycle import ClipState, VideoState


@dataclass(frozen=True)
class Stage:
    """One step of the pipeline on one kind of row.

    A row is due when it is in ``due``, in ``failed`` with its next attempt come, or in ``working``
    with its lease run out.
    """

    name: str
    subject: Literal["video", "clip"]
    due: VideoState | ClipState
    working: VideoState | ClipState
    done: VideoState | ClipState
    failed: VideoState | ClipState
    next: str | None
    """The stage to send as soon as this one is done; None where people decide first."""


STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(
            "download",
            "video",
            due=VideoState.NEW,
            working=VideoState.DOWNLOADING,
            done=VideoState.DOWNLOADED,
            failed=VideoState.DOWNLOAD_FAILED,
            next="preprocess",
        ),
        Stage(
            "preprocess",
            "video",
            due=VideoState.DOWNLOADED,
            working=VideoState.PREPROCESSING,
            done=VideoState.PREPROCESSED,
            failed=VideoState.PREPROCESS_FAILED,
            next="detect_scenes",
        ),
        Stage(
            "detect_scenes",
            "video",
            due=VideoState.PREPROCESSED,
            working=VideoState.DETECTING_SCENES,
            done=VideoState.READY,
            failed=VideoState.DETECT_FAILED,
            next=None,
        ),
        Stage(
            "export",
            "clip",
            due=ClipState.REVIEW_APPROVED,
            working=ClipState.EXPORTING,
            done=ClipState.EXPORTED,
            failed=ClipState.EXPORT_FAILED,
            next="keyframes",
        ),
        Stage(
            "keyframes",
            "clip",
            due=ClipState.EXPORTED,
            working=ClipState.KEYFRAMING,
            done=ClipState.KEYFRAMED,
            failed=ClipState.KEYFRAME_FAILED,
            next="embed",
        ),
        Stage(
            "embed",
            "clip",
            due=ClipState.KEYFRAMED,
            working=ClipState.EMBEDDING,
            done=ClipState.EMBEDDED,
            failed=ClipState.EMBEDDING_FAILED,
            next=None,
        ),
    )
}


_DUE = {
    ClipState(stage.working): ClipState(stage.due)
    for stage in STAGES.values()
    if stage.subject == "clip"
}


def without_job(state: ClipState) -> ClipState:
    """Return the state of a clip whose job ends without a result; any other state as it is."""
    return _DUE.get(state, state)


def stage_that_failed(state: VideoState | ClipState) -> Stage | None:
    """Return the stage whose failed state this is, if any."""
    return next((stage for stage in STAGES.values() if stage.failed == state), None)
