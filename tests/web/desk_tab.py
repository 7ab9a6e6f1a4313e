"""A tab at the review desk without its browser: sends events, and follows sheet and news."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from reflex.event import EventCallback

from heaters.state.desk import desk
from heaters.state.review import ReviewState
from heaters.state.sheet import Clips, News, Sheet
from tests.web.events import cookie_of, handle

Row = tuple[int, int, str, int]


@dataclass
class DeskTab:
    """One tab at one video's desk.

    Attributes:
        values: the page's vars as the browser has them.
        rows: id, first frame, letter and group of every clip, as sheet and news say.
        missed: whether news came that do not follow the ones before.
        reviewer_id: whose tab it is, as the sheet says.
    """

    video_id: object
    cookie: str = field(default_factory=lambda: cookie_of(1))
    query: str = ""
    token: str = field(default_factory=lambda: str(uuid4()))
    values: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    checked: list[int] = field(default_factory=list)
    missed: bool = False
    reviewer_id: int = 0
    _last_news: int = 0

    async def send(self, handler: EventCallback[Any], **payload: Any) -> dict[str, Any]:
        """Have an event handled; return what it changed."""
        changes = await handle(
            handler,
            payload,
            token=self.token,
            cookie=self.cookie,
            page="/videos/[video_id]/review",
            address=f"/videos/{self.video_id}/review{self.query}",
            video_id=str(self.video_id),
        )
        self.values |= changes
        if "sheet" in changes:
            self._begin(changes["sheet"])
        for news in changes.get("news", ()):
            self._follow(news)
        return changes

    async def load(self) -> dict[str, Any]:
        """Open the address, or load it again."""
        return await self.send(ReviewState.load)

    def request(self, **intent: Any) -> dict[str, Any]:
        """Return an intent as this tab sends it: under a new name, unless it has one."""
        owner = {"video_id": int(str(self.video_id)), "reviewer_id": self.reviewer_id}
        return {"request_id": str(uuid4())} | owner | intent

    async def act(self, **intent: Any) -> News:
        """Send an intent, under a new name unless it has one, and return its answer."""
        request = self.request(**intent)
        changes = await self.send(ReviewState.act, intent=request)
        return [news for news in changes["news"] if news.answers == request["request_id"]][-1]

    async def hear(self) -> dict[str, Any]:
        """Look again, as after an announcement."""
        desk().hub.announce(int(str(self.video_id)))
        return await self.send(ReviewState.refresh)

    @property
    def letters(self) -> str:
        """The letters of all clips."""
        return "".join(letter for _, _, letter, _ in self.rows)

    @property
    def starts(self) -> list[int]:
        """The first frames of all clips."""
        return [start for _, start, _, _ in self.rows]

    def _begin(self, sheet: Sheet) -> None:
        self.rows = _rows(sheet)
        self.checked = list(sheet.checked)
        self.reviewer_id = sheet.reviewer_id
        self._last_news = sheet.number
        self.missed = False

    def _follow(self, news: News) -> None:
        if news.number <= self._last_news:
            return
        self.missed = self.missed or news.number != self._last_news + 1
        self._last_news = news.number
        self.rows[news.at : news.at + news.removed] = _rows(news)
        if news.checked is not None:
            self.checked = list(news.checked)


def _rows(clips: Sheet | News | Clips) -> list[Row]:
    return list(zip(clips.ids, clips.starts, clips.letters, clips.groups, strict=True))
