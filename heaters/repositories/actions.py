"""Queries on the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Executable, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from heaters.models import Action, ActionKind, Reviewer

SYSTEM = "the system"
"""Who acted where no reviewer did."""

_Later = aliased(Action)
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

_LAST_UNDOABLE = select(Action).from_statement(
    text("""
    SELECT * FROM actions AS latest
    WHERE reviewer_id = :reviewer_id AND coalesce(video_id = :video_id, true) AND kind <> 'undo'
        AND NOT EXISTS (SELECT FROM actions WHERE reverses_id = latest.id)
    ORDER BY id DESC LIMIT 1""")
)

_LAST_REDOABLE = select(Action).from_statement(
    text("""
    SELECT * FROM actions AS latest
    WHERE reviewer_id = :reviewer_id AND coalesce(video_id = :video_id, true) AND kind = 'undo'
        AND NOT EXISTS (SELECT FROM actions WHERE reverses_id = latest.id)
        AND id > coalesce((
            SELECT id FROM actions
            WHERE reviewer_id = :reviewer_id AND coalesce(video_id = :video_id, true)
                AND kind NOT IN ('undo', 'redo')
            ORDER BY id DESC LIMIT 1), 0)
    ORDER BY id DESC LIMIT 1""")
)


@dataclass(frozen=True)
class HistoryEntry:
    """An action as the history of a video shows it.

    Attributes:
        action: the row.
        reviewer: the name of whoever did it.
        reversed_by_id: the action that took it back, if one did.
        reverses: for an undo or a redo, the action that it takes back.
    """

    action: Action
    reviewer: str
    reversed_by_id: int | None
    reverses: Action | None


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
        return self._found(
            _OF_REQUEST, request_id=request_id, video_id=video_id, reviewer_id=reviewer_id
        )

    def last_undoable(self, reviewer_id: int, video_id: int | None = None) -> Action | None:
        """Return the reviewer's latest action that is not taken back, undos left out."""
        return self._found(_LAST_UNDOABLE, reviewer_id=reviewer_id, video_id=video_id)

    def last_redoable(self, reviewer_id: int, video_id: int | None = None) -> Action | None:
        """Return the reviewer's latest undo that is not redone, if no new action came after it."""
        return self._found(_LAST_REDOABLE, reviewer_id=reviewer_id, video_id=video_id)

    def _found(self, query: Executable, **values: object) -> Action | None:
        return self._session.execute(query, values).scalar_one_or_none()

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

    def reversed_by(self, action: Action) -> Action | None:
        """Return the action that an undo or a redo takes back; None for any other action."""
        return self._session.get(Action, action.reverses_id) if action.reverses_id else None

    def clip_history(self, clip_id: int, *, limit: int) -> Sequence[ClipEntry]:
        """Return the latest actions that made a clip what it is, the newest first.

        Each status of a clip names the action that gave it, so these are found one by one, however
        long the history of its video is. What has been taken back is not among them.
        """
        values = {"clip_id": clip_id, "limit": limit}
        rows = self._session.connection().execute(_CLIP_HISTORY, values)
        return [ClipEntry(ActionKind(kind), *rest) for kind, *rest in rows]

    def history(
        self, video_id: int, *, limit: int, before_revision: int | None = None
    ) -> Sequence[HistoryEntry]:
        """Return the latest actions on a video, the newest first.

        Args:
            video_id: the video.
            limit: how many at most.
            before_revision: only actions below this revision, for the next page.
        """
        reversed_ = aliased(Action)
        query = (
            select(Action, Reviewer.name, _Later.id, reversed_)
            .join(Reviewer, col(Reviewer.id) == col(Action.reviewer_id), isouter=True)
            .join(_Later, col(_Later.reverses_id) == col(Action.id), isouter=True)
            .join(reversed_, col(reversed_.id) == col(Action.reverses_id), isouter=True)
            .where(Action.video_id == video_id)
            .order_by(col(Action.revision).desc())
            .limit(limit)
        )
        if before_revision is not None:
            query = query.where(Action.revision < before_revision)
        return [
            HistoryEntry(action, name or SYSTEM, later_id, taken_back)
            for action, name, later_id, taken_back in self._session.exec(query)
        ]
