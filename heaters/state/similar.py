"""The page of clips that look like one clip."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import reflex as rx

from heaters.live.hub import LIBRARY
from heaters.models import ArtifactKind
from heaters.repositories.browsing import BrowsingRepository
from heaters.repositories.database import UnitOfWork
from heaters.services.searching import similar_clips
from heaters.state.desk import desk
from heaters.state.page import PageState
from heaters.state.views import ClipCard, Proxy, clip_card, proxy

LIMIT = 24


@dataclass(frozen=True)
class Lookalike:
    """A clip with its video, and how alike it is to the one in question, such as ``87 %``."""

    clip: ClipCard
    proxy: Proxy
    video_title: str
    alike: str


class SimilarState(PageState, rx.State):
    """What one tab shows of one clip's neighbours."""

    anchor: list[Lookalike] = []  # one clip, or none yet
    found: list[Lookalike] = []
    found_count: int = 0
    _clip_id: int = 0

    @rx.event
    async def load(self) -> None:
        """Show the neighbours of the clip named in the address, and follow every video."""
        self.reset()
        self._clip_id = self._id_in_address("clip_id")
        desk().follow(self, LIBRARY, SimilarState.refresh)
        await self._read()

    @rx.event
    async def refresh(self) -> None:
        """Look again: something changed."""
        await self._read()

    async def _read(self) -> None:
        clip_id = self._clip_id
        seen = await self._look_up(lambda uow: _look(uow, clip_id))
        if seen is None:
            return
        self.anchor, self.found = seen
        self.found_count = len(self.found)


def _look(uow: UnitOfWork, clip_id: int) -> tuple[list[Lookalike], list[Lookalike]]:
    neighbours = similar_clips(uow, clip_id, limit=LIMIT)
    browsing = BrowsingRepository(uow.session)
    clips = browsing.numbered_clips([clip_id, *(one.clip_id for one in neighbours)])
    video_ids = {clip.video_id for _, clip in clips.values()}
    videos = browsing.videos_by_id(video_ids)
    proxies = browsing.artifact_ids(ArtifactKind.PROXY, video_ids=video_ids)
    exports = browsing.artifact_ids(ArtifactKind.EXPORT, clip_ids=clips.keys())

    def view(shown_id: int, similarity: float) -> Lookalike:
        number, clip = clips[shown_id]
        video = videos[clip.video_id]
        return Lookalike(
            clip_card(number, clip, video.fps or Fraction(1), exports.get(shown_id)),
            proxy(video, proxies.get(clip.video_id)),
            video.title,
            f"{similarity:.0%}",
        )

    return [view(clip_id, 1.0)], [view(one.clip_id, one.similarity) for one in neighbours]
