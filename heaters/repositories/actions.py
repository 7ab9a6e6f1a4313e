"""Queries on the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Executable, Row, text
from sqlmodel import Session, col, select

from heaters.models import Action, ActionKind, Reviewer

SYSTEM = "the system"
"""Who acted where no reviewer did."""

MAX_REVISION = 2**31 - 1
_CHECKED_CUTS = text("""
    WITH RECURSIVE chain (id, frame, stands) AS (
        SELECT id, coalesce(to_frame, frame), true FROM actions
        WHERE video_id = :video_id AND kind IN ('confirm_cut', 'add_cut', 'move_cut')
            AND reviewer_id IS NOT NULL
        UNION ALL
        SELECT later.id, chain.frame, NOT stands
        FROM chain JOIN actions AS later ON later.reverses_id = chain.id
    )
    SELECT start_frame FROM clips
    WHERE video_id = :video_id AND state <> 'superseded' AND start_frame IN (
        SELECT frame FROM chain WHERE stands
            AND NOT EXISTS (SELECT FROM actions WHERE reverses_id = chain.id))
    ORDER BY start_frame""")

_CLIP_HISTORY = text("""
    WITH RECURSIVE story AS (
        SELECT actions.*, 1 AS number
        FROM clips JOIN actions USING (video_id, revision) WHERE clips.id = :clip_id
        UNION ALL
        SELECT earlier.*, number + 1
        FROM story
        JOIN clip_changes ON action_id = story.id AND clip_id = :clip_id
        JOIN actions AS earlier
            ON earlier.video_id = story.video_id AND earlier.revision = before_revision
        WHERE number < :limit
    )
    SELECT kind, frame, to_frame, reason, coalesce(name, :system), story.created_at
    FROM story LEFT JOIN reviewers ON reviewers.id = reviewer_id
    ORDER BY number""").bindparams(system=SYSTEM)

# Put together once: for a query of this size that takes longer than to carry it out.
_OF_REQUEST = select(Action).from_statement(
    text("""
    SELECT * FROM actions
    WHERE request_id = :request_id AND video_id = :video_id AND reviewer_id = :reviewer_id""")
)

_UNDOABLE = """
    SELECT id, video_id, revision FROM actions AS latest
    WHERE {where} AND kind <> 'undo'
        AND NOT EXISTS (SELECT FROM actions WHERE reverses_id = latest.id)
    ORDER BY {order} LIMIT 1"""

_REDOABLE = """
    SELECT id, video_id, revision FROM actions AS latest
    WHERE {where} AND kind = 'undo'
        AND NOT EXISTS (SELECT FROM actions WHERE reverses_id = latest.id)
        AND id > coalesce((
            SELECT id FROM actions
            WHERE {where} AND kind NOT IN ('undo', 'redo')
            ORDER BY {order} LIMIT 1), 0)
    ORDER BY {order} LIMIT 1"""

# A statement for one video and one for all of them: each has its index. A range of one reviewer, in
# the index's order, leaves the planner no other: with equality it may go back through everyone's
# actions by their ids, all of them for a reviewer who has none.
_ANYWHERE = {
    "where": "reviewer_id BETWEEN :reviewer_id AND :reviewer_id",
    "order": "reviewer_id DESC, id DESC",
}
_IN_VIDEO = {
    "where": "video_id = :video_id AND reviewer_id BETWEEN :reviewer_id AND :reviewer_id",
    "order": "video_id DESC, reviewer_id DESC, id DESC",
}
_LAST_UNDOABLE = text(_UNDOABLE.format(**_ANYWHERE))
_LAST_UNDOABLE_IN_VIDEO = text(_UNDOABLE.format(**_IN_VIDEO))
_LAST_REDOABLE = text(_REDOABLE.format(**_ANYWHERE))
_LAST_REDOABLE_IN_VIDEO = text(_REDOABLE.format(**_IN_VIDEO))

# From each action along the chain of what reverses it, to tell whether it is in force, and back
# along what it reverses, to the action that an undo or a redo is about.
_ENTRIES = """
    WITH RECURSIVE page AS ({page}), later (entry_id, id) AS (
        SELECT id, id FROM page
        UNION ALL
        SELECT entry_id, actions.id FROM later JOIN actions ON reverses_id = later.id
    ), earlier (entry_id, id, reverses_id) AS (
        SELECT id, id, reverses_id FROM page
        UNION ALL
        SELECT entry_id, actions.id, actions.reverses_id
        FROM earlier JOIN actions ON actions.id = earlier.reverses_id
    ), chains AS (
        SELECT entry_id, count(*) % 2 = 1 AS is_in_force FROM later GROUP BY entry_id
    )
    SELECT entry.revision, entry.kind, about.kind AS about_kind, about.frame, about.to_frame,
        about.reason, about.clip_count, about.start_frame, about.end_frame,
        coalesce(name, :system) AS reviewer, entry.created_at, is_in_force
    FROM page
    JOIN actions AS entry ON entry.id = page.id
    JOIN chains ON chains.entry_id = page.id
    JOIN earlier ON earlier.entry_id = page.id AND earlier.reverses_id IS NULL
    JOIN actions AS about ON about.id = earlier.id
    LEFT JOIN reviewers ON reviewers.id = entry.reviewer_id
    ORDER BY entry.revision DESC"""

_HISTORY = text(
    _ENTRIES.format(
        page="""
        SELECT id, reverses_id FROM actions
        WHERE video_id = :video_id AND revision < :before_revision
        ORDER BY revision DESC LIMIT :limit"""
    )
).bindparams(system=SYSTEM)

_ENTRY = text(
    _ENTRIES.format(page="SELECT id, reverses_id FROM actions WHERE id = :action_id")
).bindparams(system=SYSTEM)


class ActionName(NamedTuple):
    """Which action it is."""

    id: int
    video_id: int
    revision: int


@dataclass(frozen=True)
class HistoryEntry:
    """An action as the history of a video shows it.

    Attributes:
        revision: its number.
        kind: what it is.
        about_kind: for an undo or a redo what it undoes or redoes, however often that was undone
            and redone before; for any other action its own kind.
        frame: the cut that the action was about, as ``to_frame``, ``reason`` and ``clip_count``.
        start_frame: of the first of its clips, ``[start_frame, end_frame)``; None without clips.
        reviewer: the name of whoever did it.
        is_in_force: whether it has not been undone, or has been redone since.
    """

    revision: int
    kind: ActionKind
    about_kind: ActionKind
    frame: int | None
    to_frame: int | None
    reason: str | None
    clip_count: int
    start_frame: int | None
    end_frame: int | None
    reviewer: str
    created_at: datetime
    is_in_force: bool


@dataclass(frozen=True)
class ClipEntry:
    """An action as the history of one clip shows it."""

    kind: ActionKind
    frame: int | None
    to_frame: int | None
    reason: str | None
    reviewer: str
    created_at: datetime


class ActionRepository:
    """The audit trail, as one session sees it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_request(self, request_id: UUID, video_id: int, reviewer_id: int) -> Action | None:
        """Return the action that carried out a reviewer's request; None if there is none."""
        values = {"request_id": request_id, "video_id": video_id, "reviewer_id": reviewer_id}
        return self._session.execute(_OF_REQUEST, values).scalar_one_or_none()

    def last_undoable(self, reviewer_id: int, video_id: int | None = None) -> ActionName | None:
        """Return the reviewer's latest action that is not undone; undos are left out."""
        query = _LAST_UNDOABLE if video_id is None else _LAST_UNDOABLE_IN_VIDEO
        return self._named(query, reviewer_id, video_id)

    def last_redoable(self, reviewer_id: int, video_id: int | None = None) -> ActionName | None:
        """Return the reviewer's latest undo that is not redone, if no new action came after it."""
        query = _LAST_REDOABLE if video_id is None else _LAST_REDOABLE_IN_VIDEO
        return self._named(query, reviewer_id, video_id)

    def _named(
        self, query: Executable, reviewer_id: int, video_id: int | None
    ) -> ActionName | None:
        values = {"reviewer_id": reviewer_id, "video_id": video_id}
        row = self._session.connection().execute(query, values).one_or_none()
        return ActionName(*row) if row else None

    def get(self, action_id: int) -> Action:
        """Return an action with all its changes."""
        return self._session.get_one(Action, action_id)

    def reviewer_at(self, video_id: int, revision: int) -> str:
        """Return the name of whoever brought a video to ``revision``."""
        query = (
            select(Reviewer.name)
            .join(Action, col(Action.reviewer_id) == col(Reviewer.id))
            .where(Action.video_id == video_id, Action.revision == revision)
        )
        return self._session.exec(query).one_or_none() or SYSTEM

    def checked_cuts(self, video_id: int) -> list[int]:
        """Return, in order, the cuts that a reviewer has looked at: confirmed, made or moved there.

        Only what is a cut now, by an action that stands: a chain of an undo, its redo, that one's
        undo and so on decides by its end.
        """
        rows = self._session.connection().execute(_CHECKED_CUTS, {"video_id": video_id})
        return list(rows.scalars())

    def clip_history(self, clip_id: int, *, limit: int) -> Sequence[ClipEntry]:
        """Return the latest actions that made a clip what it is, the newest first.

        Each status of a clip names the action that gave it, so these are found one by one, however
        long the history of its video is. What has been taken back is not among them.
        """
        values = {"clip_id": clip_id, "limit": limit}
        rows = self._session.connection().execute(_CLIP_HISTORY, values)
        return [ClipEntry(ActionKind(kind), *rest) for kind, *rest in rows]

    def history(
        self, video_id: int, *, limit: int, before_revision: int = MAX_REVISION
    ) -> Sequence[HistoryEntry]:
        """Return the latest actions on a video, the newest first.

        Args:
            video_id: the video.
            limit: how many at most.
            before_revision: only actions below this revision, for the next page.
        """
        values = {"video_id": video_id, "limit": limit, "before_revision": before_revision}
        return list(map(_entry, self._session.connection().execute(_HISTORY, values)))

    def entry(self, action_id: int) -> HistoryEntry:
        """Return an action as the history shows it."""
        return _entry(self._session.connection().execute(_ENTRY, {"action_id": action_id}).one())


def _entry(row: Row[Any]) -> HistoryEntry:
    kinds = {"kind": ActionKind(row.kind), "about_kind": ActionKind(row.about_kind)}
    return HistoryEntry(**{**row._mapping, **kinds})
