"""A video's page: its facts, its clips, and what to do with them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import accumulate
from typing import Any

import reflex as rx

from heaters.domain.errors import NotFound
from heaters.domain.lifecycle import ClipState
from heaters.domain.names import counted
from heaters.live.hub import video_topic
from heaters.models import Action, ArtifactKind
from heaters.repositories.actions import ActionRepository
from heaters.repositories.browsing import BrowsingRepository
from heaters.repositories.clips import ClipRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.videos import VideoRepository
from heaters.services.preferences import Keyboard, keyboard
from heaters.services.retrying import retry_clip, retry_video
from heaters.services.reviewing import approve, archive, skip
from heaters.services.undoing import redo, undo
from heaters.state.desk import desk
from heaters.state.page import PageState, checked_frame, checked_id, page_count
from heaters.state.views import (
    NO_VIDEO,
    ClipCard,
    Count,
    Outline,
    Proxy,
    VideoCard,
    clip_card,
    facts,
    group_counts,
    outline,
    proxy,
    video_card,
)
from heaters.state.words import GROUPS, action_words, numbered_words, states_of

PAGE_SIZE = 48

_VERDICTS = {"approve": approve, "skip": skip, "archive": archive}
_DONE = {"approve": "approved", "skip": "skipped", "archive": "archived"}


class VideoState(PageState, rx.State):
    """What one tab shows of one video.

    Attributes:
        counts: how many clips of all are in each group.
        group: the group that is shown; empty means every clip.
        shown_count: how many clips are in the group.
        page: which screenful of these, from 0.
        can_undo: whether the reviewer has an action on this video to undo.
        keys: the reviewer's keyboard, as at the desk.
    """

    video: VideoCard = NO_VIDEO
    facts: list[str] = []
    proxy: Proxy = Proxy()
    outline: Outline = Outline()
    counts: list[Count] = []
    clips: list[ClipCard] = []
    group: str = ""
    shown_count: int = 0
    page: int = 0
    page_count: int = 1
    can_undo: bool = False
    keys: dict[str, Any] = Keyboard().model_dump()
    _shown_video_id: int = 0

    @rx.var
    def pending_count(self) -> int:
        """How many clips wait for a verdict."""
        return next((count.number for count in self.counts if count.group == "pending"), 0)

    @rx.event
    async def load(self) -> None:
        """Follow the video named in the address and show it from its beginning."""
        video_id = self._id_in_address("video_id")
        if video_id != self._shown_video_id:
            self.reset()
            self._shown_video_id = video_id
        desk().follow(self, VideoState.refresh, video_topic(video_id))
        async with self._telling_refusals():
            reviewer_id = desk().reviewer_id(self)
            found = await desk().transact(lambda uow: keyboard(uow, reviewer_id))
            self.keys = found.model_dump()
        await self._read()

    @rx.event
    async def refresh(self) -> None:
        """Look again: something changed."""
        await self._read()

    @rx.event
    async def show_group(self, group: str) -> None:
        """Show the clips of one group, or all."""
        self.group = group if group in GROUPS else ""
        self.page = 0
        await self._read()

    @rx.event
    async def turn_page(self, by: int) -> None:
        """Show the next or the previous screenful."""
        self.page += 1 if by == 1 else -1
        await self._read()

    @rx.event
    async def show_frame(self, frame: int) -> None:
        """Show the screenful with the clip that holds the frame, of all clips."""
        ends = list(accumulate(self.outline.lengths))
        self.group, self.page = "", bisect_right(ends, checked_frame(frame)) // PAGE_SIZE
        await self._read()

    @rx.event
    async def judge(self, verdict: str, clip_id: int) -> None:
        """Approve, skip or archive one clip."""

        def work(uow: UnitOfWork, reviewer_id: int) -> str:
            if str(verdict) not in _VERDICTS:
                raise NotFound(f"no such verdict: {verdict}")
            id_ = checked_id(clip_id)
            done = _VERDICTS[verdict](uow, [id_], reviewer_id=reviewer_id)
            if done is not None:
                return _done_words(uow, done)
            number, _ = BrowsingRepository(uow.session).numbered_clips([id_])[id_]
            return f"Clip {number} is already {_DONE[verdict]}"

        await self._act(work)
        await self._read()

    @rx.event
    async def approve_pending(self) -> AsyncIterator[None]:
        """Approve every clip of the video that waits for a verdict."""
        video_id = self._shown_video_id
        self._tell(f"Approving {counted(self.pending_count, 'clip')}…")
        yield

        def work(uow: UnitOfWork, reviewer_id: int) -> str:
            VideoRepository(uow.session).lock(video_id)  # so that nobody judges them meanwhile
            clips = ClipRepository(uow.session).list(
                video_id=video_id, state=ClipState.PENDING_REVIEW
            )
            ids = [clip.id for clip in clips if clip.id is not None]
            done = approve(uow, ids, reviewer_id=reviewer_id) if ids else None
            return _done_words(uow, done) if done else "No clip is pending"

        await self._act(work)
        await self._read()

    @rx.event
    async def undo(self) -> None:
        """Undo one's own last action on this video."""
        await self._reverse(undo)

    @rx.event
    async def redo(self) -> None:
        """Redo what one last undid on this video."""
        await self._reverse(redo)

    @rx.event
    async def remove(self) -> object:
        """Remove the video, which has no clips, and go back to the library."""
        return rx.redirect("/") if await self._remove(self._shown_video_id) else None

    @rx.event
    async def retry(self) -> None:
        """Have the pipeline try the video again where it gave up."""
        video_id = self._shown_video_id
        await self._act(lambda uow, _: f"Trying {retry_video(uow, video_id).title} again")
        await self._read()

    @rx.event
    async def retry_clip(self, clip_id: int) -> None:
        """Have the pipeline try a clip again where it gave up."""

        def work(uow: UnitOfWork, _reviewer_id: int) -> str:
            retry_clip(uow, checked_id(clip_id))
            return "Trying the clip again"

        await self._act(work)
        await self._read()

    async def _reverse(self, way: Callable[..., Action]) -> None:
        video_id = self._shown_video_id

        def work(uow: UnitOfWork, reviewer_id: int) -> str:
            return _done_words(uow, way(uow, reviewer_id=reviewer_id, video_id=video_id))

        await self._act(work)
        await self._read()

    async def _read(self) -> None:
        video_id, group, page = self._shown_video_id, self.group, self.page
        reviewer_id = desk().reviewer_id(self)
        seen = await self._look_up(lambda uow: _look(uow, video_id, reviewer_id, group, page))
        if seen is None:
            return
        self.video, self.facts, self.proxy = seen.video, seen.facts, seen.proxy
        self.outline, self.counts = seen.outline, seen.counts
        self.clips, self.shown_count, self.page = seen.clips, seen.shown_count, seen.page
        self.page_count = page_count(self.shown_count, PAGE_SIZE)
        self.can_undo = seen.can_undo


def _done_words(uow: UnitOfWork, action: Action) -> str:
    """Say what an action did in the words of the desk, with clips as they are numbered now."""
    uow.session.flush()
    video = VideoRepository(uow.session).get(action.video_id)
    live = BrowsingRepository(uow.session).live_clips(action.video_id)
    words = action_words(
        ActionRepository(uow.session).entry(action.id or 0),
        partial(numbered_words, live.start_frames, video.frame_count or 0),
    )
    return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class _Seen:
    video: VideoCard
    facts: list[str]
    proxy: Proxy
    outline: Outline
    counts: list[Count]
    clips: list[ClipCard]
    shown_count: int
    page: int
    can_undo: bool


def _look(uow: UnitOfWork, video_id: int, reviewer_id: int, group: str, page: int) -> _Seen:
    """Read what the page shows; a page number past the end is brought back."""
    video = VideoRepository(uow.session).get(video_id)
    browsing = BrowsingRepository(uow.session)
    live = browsing.live_clips(video_id)
    states = Counter(map(ClipState, live.states))
    wanted = set(states_of(group) if group else states)
    shown = [number for number, state in enumerate(live.states, 1) if state in wanted]
    page = min(max(0, page), max(0, len(shown) - 1) // PAGE_SIZE)
    ids = {
        live.ids[number - 1]: number for number in shown[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    }
    clips = browsing.clips(ids)
    exports = browsing.artifact_ids(ArtifactKind.EXPORT, clip_ids=ids)
    own = {
        kind: browsing.artifact_ids(kind, video_ids=[video_id]).get(video_id)
        for kind in (ArtifactKind.POSTER, ArtifactKind.PROXY)
    }
    fps = video.fps or Fraction(1)
    return _Seen(
        video=video_card(video, states, own[ArtifactKind.POSTER]),
        facts=facts(video),
        proxy=proxy(video, own[ArtifactKind.PROXY]),
        outline=outline(live.start_frames, live.states, video.frame_count or 0),
        counts=group_counts(states),
        clips=[
            clip_card(number, clips[clip_id], fps, exports.get(clip_id))
            for clip_id, number in ids.items()
        ],
        shown_count=len(shown),
        page=page,
        can_undo=ActionRepository(uow.session).last_undoable(reviewer_id, video_id) is not None,
    )
