"""A video's history page: what happened to it, by whom, when, and undoing it."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from heaters.domain.errors import InvalidInput
from heaters.live.hub import video_topic
from heaters.models import ActionKind
from heaters.repositories.actions import ActionName, ActionRepository, HistoryEntry
from heaters.repositories.database import UnitOfWork
from heaters.repositories.videos import VideoRepository
from heaters.services.undoing import redo, undo
from heaters.state.desk import desk
from heaters.state.page import PageState
from heaters.state.words import action_words

PAGE_SIZE = 100


@dataclass(frozen=True)
class Entry:
    """One action; ``can`` is ``undo``, ``redo`` or nothing.

    Attributes:
        moment: when, to the second, in this machine's time.
        fate: ``undone`` or ``redone`` where it is not in force any more, else empty.
    """

    revision: int
    reviewer: str
    moment: str
    words: str
    fate: str
    can: str


class HistoryState(PageState, rx.State):
    """What one tab shows of one video's history.

    Attributes:
        has_more: whether there are older actions than those shown.
    """

    title: str = ""
    shown_video_id: int = 0
    entries: list[Entry] = []
    entry_count: int = 0
    has_more: bool = False
    _limit: int = PAGE_SIZE

    @rx.event
    async def load(self) -> None:
        """Follow the video named in the address and show its history."""
        self.reset()
        self.shown_video_id = self._id_in_address("video_id")
        desk().follow(self, HistoryState.refresh, video_topic(self.shown_video_id))
        await self._read()

    @rx.event
    async def refresh(self) -> None:
        """Look again: something changed."""
        await self._read()

    @rx.event
    async def show_older(self) -> None:
        """Show more of the past."""
        self._limit += PAGE_SIZE
        await self._read()

    @rx.event
    async def reverse(self, way: str, revision: int) -> None:
        """Undo or redo one's own last action, if it still is the one that was shown as such."""
        video_id = self.shown_video_id

        def work(uow: UnitOfWork, reviewer_id: int) -> str:
            VideoRepository(uow.session).lock(video_id)
            actions = ActionRepository(uow.session)
            find = actions.last_redoable if way == "redo" else actions.last_undoable
            latest = find(reviewer_id, video_id)
            if latest is None or latest.revision != revision:
                raise InvalidInput("the history has changed: check the latest entry and try again")
            (redo if way == "redo" else undo)(uow, reviewer_id=reviewer_id, video_id=video_id)
            return "Redone" if way == "redo" else "Undone"

        await self._act(work)
        await self._read()

    async def _read(self) -> None:
        video_id, limit = self.shown_video_id, self._limit
        seen = await self._look_up(
            lambda uow: _look(uow, video_id, desk().reviewer_id(self), limit + 1)
        )
        if seen is None:
            return
        self.title, entries = seen
        self.entries = entries[:limit]
        self.entry_count = len(self.entries)
        self.has_more = len(entries) > limit


def _look(uow: UnitOfWork, video_id: int, reviewer_id: int, limit: int) -> tuple[str, list[Entry]]:
    video = VideoRepository(uow.session).get(video_id)
    actions = ActionRepository(uow.session)
    can = {
        _revision(actions.last_undoable(reviewer_id, video_id)): "undo",
        _revision(actions.last_redoable(reviewer_id, video_id)): "redo",
    }
    history = actions.history(video_id, limit=limit)
    return video.title, [_entry(entry, can.get(entry.revision, "")) for entry in history]


def _revision(action: ActionName | None) -> int | None:
    return action.revision if action else None


def _fate(entry: HistoryEntry) -> str:
    if entry.is_in_force:
        return ""
    return "redone" if entry.kind is ActionKind.UNDO else "undone"


def _entry(entry: HistoryEntry, can: str) -> Entry:
    return Entry(
        revision=entry.revision,
        reviewer=entry.reviewer,
        moment=entry.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
        words=action_words(entry),
        fate=_fate(entry),
        can=can,
    )
