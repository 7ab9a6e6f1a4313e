"""The library page: every video, what the pipeline does with it, and adding more."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import reflex as rx

from heaters.domain.errors import InvalidInput
from heaters.live.hub import LIBRARY
from heaters.models import ArtifactKind
from heaters.repositories.browsing import BrowsingRepository
from heaters.repositories.chores import ChoreRepository
from heaters.repositories.clips import ClipRepository
from heaters.repositories.database import UnitOfWork
from heaters.services.finding import check_file, find_videos
from heaters.services.ingest import AlreadyHere, add_address
from heaters.services.invariants import last_check
from heaters.services.retrying import retry_video
from heaters.services.transfers import transfer
from heaters.state.copying import Copying
from heaters.state.desk import desk
from heaters.state.page import PageState, checked_id, page_count
from heaters.state.questions import NO_QUESTION, Question, folder_of, known
from heaters.state.views import VideoCard, video_card
from heaters.state.words import check_words

PAGE_SIZE = 60


class LibraryState(PageState, rx.State):
    """What one tab shows of the library.

    Attributes:
        page: which screenful, from 0.
        copying: the file of the server that is being brought in; empty if none is.
        copied_percent: how much of it.
        question: what is to be answered before what was written is added.
        check: how the last check of the whole library ended, in words.
    """

    videos: list[VideoCard] = []
    video_count: int = 0
    page: int = 0
    page_count: int = 1
    copying: str = ""
    copied_percent: int = 0
    check: str = ""
    question: Question = NO_QUESTION
    _asked: str = ""

    @rx.event
    async def load(self) -> None:
        """Follow the library and show it."""
        desk().follow(self, LibraryState.refresh, LIBRARY)
        await self._read()

    @rx.event
    async def refresh(self) -> None:
        """Look again: something changed."""
        await self._read()

    @rx.event
    async def turn_page(self, by: int) -> None:
        """Show the next or the previous screenful."""
        self.page = min(max(0, self.page + (1 if by == 1 else -1)), self.page_count - 1)
        await self._read()

    @rx.event
    async def add(self, form: dict[str, str]) -> object:
        """Add what the person wrote: an address to download, or a path on this machine.

        What is refused stays in the field, to be corrected.
        """
        return await self._add(str(form.get("source", "")).strip(), confirmed=False)

    @rx.event
    async def confirm(self) -> object:
        """Answer yes to the question: add the folder's videos, or what is here already."""
        return await self._add(self._asked, confirmed=True)

    @rx.event
    async def decline(self) -> None:
        """Answer no to the question."""
        self.question = NO_QUESTION

    @rx.event(background=True)
    async def copy_in(self, path: str, confirmed: bool) -> AsyncIterator[object]:
        """Bring in files of this machine, which serves only the person sitting at it."""
        async with self:
            copying = await self._begin_copying(str(path), confirmed=confirmed is True)
        if copying is None:
            return
        yield rx.set_value("source", "")
        try:
            async for place in copying.places():
                async with self:
                    self.copying, self.copied_percent = place.name, place.percent
        finally:
            async with self, self._telling_refusals():
                self.copying = ""
                self._tell_outcome(copying, str(path))

    @rx.event
    async def remove(self, video_id: int) -> None:
        """Remove a video that never got clips, and its files."""
        await self._remove(video_id)
        await self._read(since_s=time.monotonic())

    @rx.event
    async def retry(self, video_id: int) -> None:
        """Have the pipeline try again where it gave up."""
        await self._act(
            lambda uow, _: f"Trying {retry_video(uow, checked_id(video_id)).title} again"
        )
        await self._read(since_s=time.monotonic())

    async def _add(self, source: str, *, confirmed: bool) -> object:
        self.question = NO_QUESTION
        if source.startswith(("/", "~")):
            return LibraryState.copy_in(source, confirmed)
        added = False
        async with self._telling_refusals():
            desk().reviewer_id(self)
            try:
                video = await desk().transact(lambda uow: add_address(uow, source, again=confirmed))
            except AlreadyHere as here:
                self._ask(source, known(here, "This address"))
            else:
                added = True
                self._tell(f"Added {video.title}")
        await self._read(since_s=time.monotonic())
        return rx.set_value("source", "") if added else None

    def _ask(self, source: str, question: Question) -> None:
        self._asked, self.question = source, question

    async def _begin_copying(self, written: str, *, confirmed: bool) -> Copying | None:
        """Begin to bring in a file, or a folder's files; None where there is a question first."""
        async with self._telling_refusals():
            desk().reviewer_id(self)
            if self.copying:
                raise InvalidInput(f"still bringing in {self.copying}: wait until it is done")
            path = Path(written).expanduser()
            if not await transfer(_is_folder, path):
                await transfer(check_file, path)
                return Copying([path], again=confirmed)
            found = await transfer(find_videos, path)
            if confirmed or not found.files:
                return Copying(found.files, again=False, refusals=found.refusals)
            self._ask(written, folder_of(found))
        return None

    def _tell_outcome(self, copying: Copying, written: str) -> None:
        if len(copying.known) == 1 and not copying.added and not copying.refusals:
            self._ask(written, known(copying.known[0], "This file"))
        else:
            self._tell(copying.summary(), refusal=bool(copying.refusals))

    async def _read(self, *, since_s: float | None = None) -> None:
        """Show the library, read once for all tabs of this process that show the same screenful.

        Args:
            since_s: what this tab had committed by then is shown, although nobody has heard of it
                yet; ``time.monotonic()``.
        """
        page = self.page
        moment_s = max(since_s or 0.0, desk().hub.changed_s)
        looking = desk().readings.since(
            (LIBRARY, page), moment_s, lambda: desk().transact(lambda uow: _look(uow, page))
        )
        seen = await self._see(looking)
        if seen is None:
            return
        self.videos, self.video_count, self.check = seen
        self.page_count = page_count(self.video_count, PAGE_SIZE)


def _look(uow: UnitOfWork, page: int) -> tuple[list[VideoCard], int, str]:
    browsing = BrowsingRepository(uow.session)
    videos = browsing.videos(offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    ids = [video.id for video in videos if video.id is not None]
    counts = ClipRepository(uow.session).state_counts(ids)
    posters = browsing.artifact_ids(ArtifactKind.POSTER, video_ids=ids)
    cards = [
        video_card(video, counts.get(video_id, {}), posters.get(video_id))
        for video_id, video in zip(ids, videos, strict=True)
    ]
    return cards, browsing.video_count(), _check(uow)


def _check(uow: UnitOfWork) -> str:
    return check_words(last_check(uow), ChoreRepository(uow.session).failed())


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name too long, or with a NUL: no folder
        return False
