"""The page of clips that look like one clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import reflex as rx

from heaters.live.hub import video_topic
from heaters.models import ArtifactKind
from heaters.repositories.browsing import BrowsingRepository
from heaters.repositories.clips import ClipRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.embeddings import Neighbour
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
    """What one tab shows of one clip's neighbours.

    Attributes:
        subject: the clip in question, by number and title, for the tab.
    """

    subject: str = ""
    anchor: list[Lookalike] = []  # one clip, or none yet
    found: list[Lookalike] = []
    found_count: int = 0
    _clip_id: int = 0
    _neighbours: tuple[Neighbour, ...] = ()
    _has_searched: bool = False

    @rx.event
    async def load(self) -> None:
        """Search for the neighbours of the clip named in the address."""
        self.reset()
        self._clip_id = self._id_in_address("clip_id")
        await self._search()

    @rx.event
    async def refresh(self) -> None:
        """Look again at what was found: one of its videos changed.

        Nothing is searched for again, so that no clip moves away from under a hand.
        """
        if self._has_searched:
            await self._read()
        else:
            await self._search()

    async def _search(self) -> None:
        clip_id = self._clip_id
        video_id = await self._look_up(
            lambda uow: ClipRepository(uow.session).get(clip_id).video_id
        )
        if video_id is None:
            return
        desk().follow(self, SimilarState.refresh, video_topic(video_id))
        found = await self._look_up(lambda uow: similar_clips(uow, clip_id, limit=LIMIT))
        if found is None:
            return
        self._neighbours, self._has_searched = tuple(found), True
        shown = {video_topic(one) for one in (video_id, *(each.video_id for each in found))}
        desk().follow(self, SimilarState.refresh, *shown)
        await self._read()

    async def _read(self) -> None:
        clip_id, neighbours = self._clip_id, self._neighbours
        seen = await self._look_up(lambda uow: _look(uow, clip_id, neighbours))
        if seen is None:
            return
        self.anchor, self.found = seen
        self.found_count = len(self.found)
        [anchor] = self.anchor
        self.subject = f"Clip {anchor.clip.number} of {anchor.video_title}"


def _look(
    uow: UnitOfWork, clip_id: int, neighbours: Sequence[Neighbour]
) -> tuple[list[Lookalike], list[Lookalike]]:
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
