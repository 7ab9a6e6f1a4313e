"""Queries on the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select

from heaters.models import Action, ActionKind, Reviewer

SYSTEM = "the system"
"""Who acted where no reviewer did."""

_Later = aliased(Action)
_is_standing = ~exists().where(col(_Later.reverses_id) == col(Action.id))


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


class ActionRepository:
    """The audit trail, as one session sees it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def last_undoable(self, reviewer_id: int, video_id: int | None = None) -> Action | None:
        """Return the reviewer's latest action that is not taken back, undos left out."""
        return self._last(reviewer_id, video_id, undo=False)

    def last_redoable(self, reviewer_id: int, video_id: int | None = None) -> Action | None:
        """Return the reviewer's latest undo that is not redone, if no new action came after it."""
        undone = self._last(reviewer_id, video_id, undo=True)
        new = (
            select(Action.id)
            .where(
                Action.reviewer_id == reviewer_id,
                col(Action.kind).not_in((ActionKind.UNDO, ActionKind.REDO)),
            )
            .order_by(col(Action.id).desc())
            .limit(1)
        )
        if video_id is not None:
            new = new.where(Action.video_id == video_id)
        new_id = self._session.exec(new).one_or_none()
        if undone is None or undone.id is None or (new_id is not None and new_id > undone.id):
            return None
        return undone

    def _last(self, reviewer_id: int, video_id: int | None, *, undo: bool) -> Action | None:
        query = select(Action).where(
            Action.reviewer_id == reviewer_id,
            (Action.kind == ActionKind.UNDO) if undo else (Action.kind != ActionKind.UNDO),
            _is_standing,
        )
        if video_id is not None:
            query = query.where(Action.video_id == video_id)
        return self._session.exec(query.order_by(col(Action.id).desc()).limit(1)).one_or_none()

    def reviewer_at(self, video_id: int, revision: int) -> str:
        """Return the name of whoever brought a video to ``revision``."""
        query = (
            select(Reviewer.name)
            .join(Action, col(Action.reviewer_id) == col(Reviewer.id))
            .where(Action.video_id == video_id, Action.revision == revision)
        )
        return self._session.exec(query).one_or_none() or SYSTEM

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
