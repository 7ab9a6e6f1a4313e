"""The states of a video and of a clip, the allowed moves between them, and the one way to move."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Protocol

from heaters.domain.errors import IllegalTransition


class VideoState(StrEnum):
    """Where a video is on its way from an address to reviewable clips."""

    NEW = "new"
    DOWNLOADING = "downloading"
    DOWNLOADED = "downloaded"
    PREPROCESSING = "preprocessing"
    PREPROCESSED = "preprocessed"
    DETECTING_SCENES = "detecting_scenes"
    READY = "ready"
    DOWNLOAD_FAILED = "download_failed"
    PREPROCESS_FAILED = "preprocess_failed"
    DETECT_FAILED = "detect_failed"


class ClipState(StrEnum):
    """Where a clip is in review and, once approved, on its way to a searchable export."""

    PENDING_REVIEW = "pending_review"
    REVIEW_APPROVED = "review_approved"
    REVIEW_SKIPPED = "review_skipped"
    REVIEW_ARCHIVED = "review_archived"
    SUPERSEDED = "superseded"
    EXPORTING = "exporting"
    EXPORTED = "exported"
    KEYFRAMING = "keyframing"
    KEYFRAMED = "keyframed"
    EMBEDDING = "embedding"
    EMBEDDED = "embedded"
    EXPORT_FAILED = "export_failed"
    KEYFRAME_FAILED = "keyframe_failed"
    EMBEDDING_FAILED = "embedding_failed"


_V, _C = VideoState, ClipState

BUSY_CLIP_STATES = frozenset({_C.EXPORTING, _C.KEYFRAMING, _C.EMBEDDING})
"""A job works on the clip, until it ends or a reviewer decides otherwise."""

EXPORTED_CLIP_STATES = frozenset(
    {_C.EXPORTED, _C.KEYFRAMED, _C.EMBEDDED, _C.KEYFRAME_FAILED, _C.EMBEDDING_FAILED}
)
"""The clip has an exported file, and no job works on it."""

APPROVED_CLIP_STATES = frozenset(
    {_C.REVIEW_APPROVED, _C.EXPORT_FAILED, *BUSY_CLIP_STATES, *EXPORTED_CLIP_STATES}
)
"""A reviewer has approved the clip, and the pipeline moves it from one of these to another."""

REVIEW_STATES = frozenset(
    {_C.PENDING_REVIEW, _C.REVIEW_APPROVED, _C.REVIEW_SKIPPED, _C.REVIEW_ARCHIVED}
)
"""States that a reviewer sets directly."""

CLIP_GROUPS: dict[str, tuple[ClipState, ...]] = {
    "pending": (_C.PENDING_REVIEW,),
    "approved": (_C.REVIEW_APPROVED, _C.EXPORTING),
    "exported": (_C.EXPORTED, _C.KEYFRAMING, _C.KEYFRAMED, _C.EMBEDDING, _C.EMBEDDED),
    "skipped": (_C.REVIEW_SKIPPED,),
    "archived": (_C.REVIEW_ARCHIVED,),
    "failed": (_C.EXPORT_FAILED, _C.KEYFRAME_FAILED, _C.EMBEDDING_FAILED),
}
"""The states of live clips by the words that people use for them, in the order of a clip's way."""

_TURNED_DOWN = frozenset({_C.REVIEW_SKIPPED, _C.REVIEW_ARCHIVED, _C.SUPERSEDED})
"""Where reviewers can take every approved clip, also from under a job."""

ALLOWED: dict[StrEnum, frozenset[StrEnum]] = {
    _V.NEW: frozenset({_V.DOWNLOADING}),
    _V.DOWNLOADING: frozenset({_V.DOWNLOADED, _V.DOWNLOAD_FAILED, _V.NEW}),
    _V.DOWNLOAD_FAILED: frozenset({_V.DOWNLOADING}),
    _V.DOWNLOADED: frozenset({_V.PREPROCESSING}),
    _V.PREPROCESSING: frozenset({_V.PREPROCESSED, _V.PREPROCESS_FAILED, _V.DOWNLOADED}),
    _V.PREPROCESS_FAILED: frozenset({_V.PREPROCESSING}),
    _V.PREPROCESSED: frozenset({_V.DETECTING_SCENES}),
    _V.DETECTING_SCENES: frozenset({_V.READY, _V.DETECT_FAILED, _V.PREPROCESSED}),
    _V.DETECT_FAILED: frozenset({_V.DETECTING_SCENES}),
    _V.READY: frozenset(),
    _C.PENDING_REVIEW: frozenset({_C.REVIEW_APPROVED, *_TURNED_DOWN}),
    _C.REVIEW_APPROVED: frozenset({_C.EXPORTING, *_TURNED_DOWN}),
    _C.REVIEW_SKIPPED: frozenset({_C.REVIEW_APPROVED, _C.REVIEW_ARCHIVED, _C.SUPERSEDED}),
    _C.REVIEW_ARCHIVED: frozenset({_C.REVIEW_APPROVED, _C.REVIEW_SKIPPED, _C.SUPERSEDED}),
    _C.SUPERSEDED: frozenset(),
    _C.EXPORTING: frozenset({_C.EXPORTED, _C.EXPORT_FAILED, _C.REVIEW_APPROVED, *_TURNED_DOWN}),
    _C.EXPORT_FAILED: frozenset({_C.EXPORTING, *_TURNED_DOWN}),
    _C.EXPORTED: frozenset({_C.KEYFRAMING, *_TURNED_DOWN}),
    _C.KEYFRAMING: frozenset({_C.KEYFRAMED, _C.KEYFRAME_FAILED, _C.EXPORTED, *_TURNED_DOWN}),
    _C.KEYFRAME_FAILED: frozenset({_C.KEYFRAMING, *_TURNED_DOWN}),
    _C.KEYFRAMED: frozenset({_C.EMBEDDING, *_TURNED_DOWN}),
    _C.EMBEDDING: frozenset({_C.EMBEDDED, _C.EMBEDDING_FAILED, _C.KEYFRAMED, *_TURNED_DOWN}),
    _C.EMBEDDING_FAILED: frozenset({_C.EMBEDDING, *_TURNED_DOWN}),
    _C.EMBEDDED: _TURNED_DOWN,
}
"""Every move that work or a reviewer makes. Work may also give a row back as it took it, and a
reviewer may take a clip away from a job: the job loses its lease, and what it makes is discarded.

Undo has a rule of its own: ``restore``.
"""


def decision(state: ClipState) -> ClipState:
    """Return what reviewers decided on a clip in ``state``, however far its files are."""
    return _C.REVIEW_APPROVED if state in APPROVED_CLIP_STATES else state


class Stateful(Protocol):
    """A video or a clip: anything with an id and one of the states above."""

    @property
    def id(self) -> int | None:
        """Its id, if it is stored."""
        ...

    state: Any


def advance(subject: Stateful, target: StrEnum) -> None:
    """Move ``subject`` forward to ``target``; nothing else assigns a state going forward.

    Raises:
        IllegalTransition: the table does not allow the move; the subject is left as it was.
    """
    if target not in ALLOWED[subject.state]:
        raise IllegalTransition(_name(subject), subject.state, target)
    subject.state = target


def restore(subject: Stateful, target: StrEnum) -> None:
    """Move a clip back to the state an undone action found it in.

    Raises:
        IllegalTransition: ``target`` is a state that only a job sets.
    """
    if target in BUSY_CLIP_STATES:
        raise IllegalTransition(_name(subject), subject.state, target)
    subject.state = target


def _name(subject: Stateful) -> str:
    return f"{type(subject).__name__.lower()} {subject.id}"
