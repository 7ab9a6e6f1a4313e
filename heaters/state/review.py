"""The review desk of a video: its clips, what is done to them, and by which keys.

The browser holds the clips and changes them at once; this state confirms or corrects that by news.
"""

from __future__ import annotations

import time
from typing import Any

import reflex as rx
import structlog

from heaters.domain.errors import HeatersError, InvalidInput, Unexpected
from heaters.domain.review import ConfirmationRequired
from heaters.live.hub import video_topic
from heaters.models import Action
from heaters.repositories.database import UnitOfWork
from heaters.repositories.driver import DatabaseAway
from heaters.services.preferences import Keyboard, keyboard, save_keyboard
from heaters.services.retrying import retry_video
from heaters.state.desk import desk
from heaters.state.intents import carry_out, nothing_words, parse_intent, request_named
from heaters.state.page import PageState, checked_frame
from heaters.state.reading import (
    ClipDetails,
    DeskVideo,
    LastAction,
    Reading,
    done_words,
    read_clips,
    read_details,
    read_last_action,
    read_opened_frame,
    read_video,
)
from heaters.state.reading_after import read_after
from heaters.state.sheet import News, Sheet, difference, kept
from heaters.state.views import NO_VIDEO, VideoCard

_log = structlog.get_logger(__name__)


class AnotherVideo(HeatersError):
    """A request is about another video than the one that the tab shows by now."""

    def __init__(self) -> None:
        super().__init__("nothing was done: this tab shows another video now")


class AnotherReviewer(HeatersError):
    """A request was made by someone else than who is signed in by now."""

    def __init__(self) -> None:
        super().__init__(
            "someone else has signed in; what waits in this tab is kept for who did it"
        )


class ReviewState(PageState, rx.State):
    """What one tab shows at one video's desk.

    Attributes:
        card: the video as the library shows it, for while it is not ready.
        sheet: all the clips, as they were when they were last sent whole.
        news: what has changed since; the latest few.
        details: the clip that is looked at.
        last_action: what the reviewer did last here and can undo; empty for nothing.
        keys: the reviewer's keyboard.
    """

    video: DeskVideo = DeskVideo()
    card: VideoCard = NO_VIDEO
    is_ready: bool = False
    sheet: Sheet = Sheet()
    news: list[News] = []
    details: ClipDetails = ClipDetails()
    last_action: str = ""
    can_undo: bool = False
    can_redo: bool = False
    keys: dict[str, Any] = Keyboard().model_dump()
    _video_id: int = 0
    _reviewer_id: int = 0
    _number: int = 0
    _looked_frame: int = 0
    _not_before_s: float = 0.0
    # In tuples, which Reflex hands out as they are. Bare dataclasses it wraps, and these are large
    # and compared by identity.
    _shown: tuple[Reading, ...] = ()
    _news: tuple[News, ...] = ()
    _details_of: tuple[object, ...] = ()
    _last_action_of: int = -1

    @rx.event
    async def load(self) -> None:
        """Follow the video named in the address, and begin at the clip that it names."""
        self.reset()
        self._video_id = self._id_in_address("video_id")
        self._not_before_s = time.monotonic()
        desk().follow(self, ReviewState.refresh, video_topic(self._video_id))
        async with self._telling_refusals():
            reviewer_id = self._reviewer_id = desk().reviewer_id(self)
            found = await desk().transact(lambda uow: keyboard(uow, reviewer_id))
            self.keys = found.model_dump()
        await self._read()

    @rx.event
    async def refresh(self) -> None:
        """Look again: something changed."""
        await self._read()

    @rx.event
    async def act(self, intent: dict[str, Any]) -> None:
        """Carry out an intent, once however often it is sent, and answer with news."""
        answers = request_named(intent)
        try:
            reviewer_id = desk().reviewer_id(self)
            asked = parse_intent(intent)
            if not self.is_ready:
                raise InvalidInput("nothing was done: this desk was not open yet")
            [before] = self._shown
            if asked.reviewer_id != reviewer_id:
                raise AnotherReviewer
            if asked.video_id != before.video.id:
                raise AnotherVideo

            def work(uow: UnitOfWork) -> tuple[Reading, str, LastAction | None]:
                done = carry_out(uow, before.video.id, reviewer_id, asked)
                if not isinstance(done, Action):
                    return read_clips(uow, before), done or nothing_words(asked, before), None
                after = read_after(uow, before, done)
                said = done_words(uow, after, done.id or 0)
                if done.reverses_id is None and done.revision == after.revision:
                    return after, said, LastAction(said, can_undo=True)
                return after, said, read_last_action(uow, after, reviewer_id)

            after, said, last_action = await desk().transact(work)
        except DatabaseAway as error:
            # It may have been done or not. Without an answer it is asked again.
            self._tell(str(error), refusal=True)
            return
        except AnotherReviewer as error:
            # Without an answer it is kept. The desk begins again, for who is signed in.
            self._tell(str(error), refusal=True)
            self._reviewer_id = desk().reviewer_id(self)
            self._send_sheet(self._shown[0])
            return
        except HeatersError as error:
            await self._refuse(answers, error)
            return
        except Exception as error:  # noqa: BLE001 - without an answer it would be asked again for ever
            _log.exception("request failed", request_id=answers)
            await self._refuse(answers, Unexpected(error))
            return
        self._not_before_s = time.monotonic()
        self._report(after, answers=answers, said=said)
        if last_action:
            self._show_last_action(after, last_action)

    @rx.event
    async def look(self, start: int, end: int) -> None:
        """Tell about the clip of these frames from now on."""
        if checked_frame(start) < checked_frame(end):
            self._looked_frame = checked_frame(start)
            await self._read_details()

    @rx.event
    async def lost(self) -> None:
        """Send all the clips again: the browser has missed some news."""
        if self.is_ready:
            self._send_sheet(self._shown[0])

    @rx.event
    async def save_keys(self, keys: dict[str, Any]) -> None:
        """Keep the reviewer's keyboard."""
        saved: list[Keyboard] = []

        def work(uow: UnitOfWork, reviewer_id: int) -> str:
            saved.append(save_keyboard(uow, reviewer_id, keys))
            return "Your keys are kept"

        if await self._act(work):
            self.keys = saved[0].model_dump()

    @rx.event
    async def retry(self) -> None:
        """Have the pipeline try the video again where it gave up."""
        video_id = self._video_id
        await self._act(lambda uow, _: f"Trying {retry_video(uow, video_id).title} again")
        await self._read()

    @rx.event
    async def remove(self) -> object:
        """Remove the video, which has no clips, and go back to the library."""
        return rx.redirect("/") if await self._remove(self._video_id) else None

    async def _read(self) -> None:
        """Show the video as it is now."""
        reading = await self._reading()
        if reading is None:
            return
        if reading.is_ready and self.is_ready:
            self._report(reading)
        else:
            self.video, self.card, self.is_ready = reading.video, reading.card, reading.is_ready
            self._shown = (reading,)
        if not reading.is_ready:
            return
        if self.sheet.video_id != reading.video.id:
            await self._open(reading)
        await self._read_last_action(reading)
        await self._read_details()

    async def _reading(self) -> Reading | None:
        """Return what there is now, read once for all tabs of this process that show the video."""
        video_id = self._video_id
        since_s = max(self._not_before_s, desk().hub.announced_s(video_id))
        looking = desk().readings.since(
            video_id, since_s, lambda: desk().transact(lambda uow: read_video(uow, video_id))
        )
        return await self._see(looking)

    async def _open(self, reading: Reading) -> None:
        """Send all the clips, and say where to begin."""
        asked = self.router.url.query_parameters.get("clip", "")
        opened = await self._look_up(lambda uow: read_opened_frame(uow, reading, asked))
        self._looked_frame, words = opened or (0, "")
        if words:
            self._tell(words, refusal=True)
        self._send_sheet(reading)

    def _send_sheet(self, reading: Reading) -> None:
        clips = reading.clips
        self.sheet = Sheet(
            number=self._number,
            reviewer_id=self._reviewer_id,
            video_id=reading.video.id,
            frame_count=reading.video.frame_count,
            ids=clips.ids,
            starts=clips.starts,
            letters=clips.letters,
            groups=clips.groups,
            checked=reading.checked,
            opened_frame=self._looked_frame,
        )

    def _report(self, reading: Reading, **answer: Any) -> None:
        """Add to the news what has changed since the last ones, and the answer to an intent."""
        [before], self._shown = self._shown, (reading,)
        splice = difference(before.clips, reading.clips)
        checked = None if reading.checked == before.checked else reading.checked
        if not (answer or splice.removed or splice.clips.ids or checked is not None):
            return
        self._number += 1
        clips = splice.clips
        latest = News(
            self._number,
            at=splice.at,
            removed=splice.removed,
            ids=clips.ids,
            starts=clips.starts,
            letters=clips.letters,
            groups=clips.groups,
            checked=checked,
            **answer,
        )
        self._news = kept((*self._news, latest))
        self.news = list(self._news)

    async def _refuse(self, answers: str, error: HeatersError) -> None:
        """Answer an intent by why it was not carried out, and by what has changed meanwhile."""
        self._not_before_s = time.monotonic()  # the change may not have been announced yet
        now = await self._reading() if self._shown else None
        if now is None or not now.is_ready:
            self._tell(str(error), refusal=True)
            return
        self._report(
            now,
            answers=answers,
            refused=str(error),
            to_confirm=error.clip_ids if isinstance(error, ConfirmationRequired) else (),
        )

    async def _read_last_action(self, reading: Reading) -> None:
        if self._last_action_of == reading.revision:
            return
        async with self._telling_refusals():
            reviewer_id = desk().reviewer_id(self)
            looking = desk().readings.since(
                (reading.video.id, reviewer_id),
                max(self._not_before_s, desk().hub.announced_s(reading.video.id)),
                lambda: desk().transact(lambda uow: read_last_action(uow, reading, reviewer_id)),
            )
            self._show_last_action(reading, await looking)

    def _show_last_action(self, reading: Reading, last: LastAction) -> None:
        self.last_action, self.can_undo, self.can_redo = last.words, last.can_undo, last.can_redo
        self._last_action_of = reading.revision

    async def _read_details(self) -> None:
        """Tell about the clip that is looked at, if it or anything about it has changed."""
        [reading] = self._shown or (None,)
        if reading is None or not reading.is_ready:
            return
        index = reading.clip_at(self._looked_frame)
        wanted = (reading.clips.ids[index], reading.versions[index])
        if wanted != self._details_of:
            details = await self._look_up(lambda uow: read_details(uow, reading, index))
            if details is not None:
                self.details, self._details_of = details, wanted
