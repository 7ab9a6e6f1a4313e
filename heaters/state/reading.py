"""What the review desk shows of a video, as one look at the database finds it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from heaters.domain.errors import InvalidInput
from heaters.domain.lifecycle import ClipState, VideoState
from heaters.domain.names import export_file_name
from heaters.domain.review import ClipSuperseded
from heaters.domain.stages import stage_that_failed
from heaters.models import ArtifactKind
from heaters.repositories.actions import ActionRepository
from heaters.repositories.artifacts import ArtifactRepository
from heaters.repositories.browsing import BrowsingRepository
from heaters.repositories.clips import ClipRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.videos import VideoRepository
from heaters.state.page import checked_id
from heaters.state.sheet import Clips
from heaters.state.views import VideoCard, video_card
from heaters.state.words import CLIP_LOOKS, action_words, clip_entry_words, numbered_words

HISTORY_LENGTH = 6
_LETTERS = {state.value: look.letter for state, look in CLIP_LOOKS.items()}


@dataclass(frozen=True)
class DeskVideo:
    """A video as the desk plays it; ``assets/desk/context.js`` says what the fields are."""

    id: int = 0
    title: str = ""
    src: str = ""
    fps_num: int = 1
    fps_den: int = 1
    width: int = 16
    height: int = 9
    frame_count: int = 0
    has_audio: bool = False
    size_bytes: int = 0
    scores_src: str = ""
    detector: str = ""
    threshold: float = 0.0


@dataclass(frozen=True, eq=False)
class Reading:
    """A video and all its live clips; ``clips`` has none before the video is ready.

    Attributes:
        revision: number of the last action that it includes.
        versions: of each clip, in order; another one whenever anything in its row has changed, and
            empty where that has not been read since the last action.
        checked: cuts that a reviewer has looked at, in order.
    """

    video: DeskVideo
    card: VideoCard
    is_ready: bool
    revision: int
    clips: Clips
    versions: Sequence[str]
    checked: Sequence[int]

    def clip_at(self, frame: int) -> int:
        """Return the index of the clip that holds a frame; the nearest one for any other number."""
        return max(0, bisect_right(self.clips.starts, frame) - 1)

    def end_of(self, index: int) -> int:
        """Return the frame after the last one of a clip."""
        starts = self.clips.starts
        return starts[index + 1] if index + 1 < len(starts) else self.video.frame_count

    def clip_words(self, start_frame: int, end_frame: int) -> str:
        """Name the clip of these frames by its number, from 1; by its frames if it is none now."""
        return numbered_words(self.clips.starts, self.video.frame_count, start_frame, end_frame)


def read_video(uow: UnitOfWork, video_id: int) -> Reading:
    """Read all of it.

    Raises:
        NotFound: there is no such video.
    """
    video = VideoRepository(uow.session).get(video_id)
    files = ArtifactRepository(uow.session).in_use_of_video(video_id)
    poster = files.get(ArtifactKind.POSTER)
    proxy = files.get(ArtifactKind.PROXY)
    scores = files.get(ArtifactKind.SCORES)
    is_ready = video.state == VideoState.READY and proxy is not None
    desk_video = DeskVideo(id=video_id, title=video.title)
    if is_ready and proxy and video.fps_num and video.fps_den:
        desk_video = DeskVideo(
            id=video_id,
            title=video.title,
            src=f"/media/videos/{video_id}/proxy?v={proxy.id}",
            fps_num=video.fps_num,
            fps_den=video.fps_den,
            width=video.width or 16,
            height=video.height or 9,
            frame_count=video.frame_count or 0,
            has_audio=video.has_audio,
            size_bytes=proxy.size_bytes,
            scores_src=f"/media/videos/{video_id}/scores?v={scores.id}" if scores else "",
            detector=video.detector or "",
            threshold=video.threshold or 0.0,
        )
    card = video_card(video, {}, poster.id if poster else None)
    reading = Reading(desk_video, card, is_ready, 0, Clips(), (), ())
    return read_clips(uow, reading) if is_ready else reading


def read_clips(uow: UnitOfWork, reading: Reading) -> Reading:
    """Read the clips again; nothing else of a video changes at the desk."""
    uow.session.flush()
    live = BrowsingRepository(uow.session).live_clips(reading.video.id)
    letters = "".join([_LETTERS[state] for state in live.states])
    return replace(
        reading,
        revision=live.revision,
        clips=Clips(live.ids, live.start_frames, letters, live.group_ids),
        versions=live.versions,
        checked=ActionRepository(uow.session).checked_cuts(reading.video.id),
    )


def read_opened_frame(uow: UnitOfWork, reading: Reading, asked: str) -> tuple[int, str]:
    """Return the frame to begin at, and what is odd about the clip that the address names.

    Args:
        uow: the transaction.
        reading: the video.
        asked: the id in the address; empty where it names no clip, which is not odd.
    """
    clips = reading.clips
    first_pending = clips.starts[max(0, clips.letters.find(_LETTERS[ClipState.PENDING_REVIEW]))]
    if not asked:
        return first_pending, ""
    try:
        clip = ClipRepository(uow.session).get(checked_id(asked))
    except InvalidInput:
        return first_pending, "there is no such clip; this is the first one that waits"
    if clip.video_id != reading.video.id:
        return first_pending, "that clip is of another video; this is the first one that waits"
    if clip.id not in clips.ids:
        return clip.start_frame, f"{ClipSuperseded(clip.id or 0)}; this is where it was"
    return clip.start_frame, ""


def done_words(uow: UnitOfWork, reading: Reading, action_id: int) -> str:
    """Say what an action did, naming clips as they are numbered now."""
    return action_words(ActionRepository(uow.session).entry(action_id), reading.clip_words)


@dataclass(frozen=True)
class LastAction:
    """What the reviewer did last on this video and could undo, and whether they could.

    Attributes:
        words: such as ``approved clip 16``; empty if there is nothing to undo.
    """

    words: str = ""
    can_undo: bool = False
    can_redo: bool = False


def read_last_action(uow: UnitOfWork, reading: Reading, reviewer_id: int) -> LastAction:
    """Read what the reviewer did last."""
    actions = ActionRepository(uow.session)
    last = actions.last_undoable(reviewer_id, reading.video.id)
    return LastAction(
        words=done_words(uow, reading, last.id) if last else "",
        can_undo=last is not None,
        can_redo=actions.last_redoable(reviewer_id, reading.video.id) is not None,
    )


@dataclass(frozen=True)
class ClipEvent:
    """Something that was done to a clip; ``moment`` is in this machine's time."""

    words: str
    reviewer: str
    moment: str


@dataclass(frozen=True)
class ClipDetails:
    """The clip that is looked at, frames ``[start_frame, end_frame)``; ``id`` is 0 for none.

    Attributes:
        letter: stands for its state, words say it.
        error: why the pipeline gave up, if it did.
        export: address of the exported file; empty if there is none.
        file_name: the export's name.
        file_bytes: about how large the export is to be, as its share of the proxy.
        similar: address of the page with clips that look alike; empty before it is searchable.
        history: the newest first.
    """

    id: int = 0
    start_frame: int = 0
    end_frame: int = 0
    letter: str = ""
    words: str = ""
    error: str = ""
    notes: str = ""
    tags: Sequence[str] = ()
    export: str = ""
    file_name: str = ""
    file_bytes: int = 0
    similar: str = ""
    can_retry: bool = False
    history: Sequence[ClipEvent] = ()


def read_details(uow: UnitOfWork, reading: Reading, index: int) -> ClipDetails:
    """Read all about the clip at ``index`` of the reading.

    Raises:
        NotFound: it is gone.
    """
    clip_id = reading.clips.ids[index]
    clip = ClipRepository(uow.session).get(clip_id)
    video = VideoRepository(uow.session).get(clip.video_id)
    assert video.id is not None
    export = BrowsingRepository(uow.session).artifact_ids(ArtifactKind.EXPORT, clip_ids=[clip_id])
    look = CLIP_LOOKS[clip.state]
    return ClipDetails(
        id=clip_id,
        start_frame=clip.start_frame,
        end_frame=clip.end_frame,
        letter=look.letter,
        words=look.words,
        error=(clip.last_error or "") if look.group == "failed" else "",
        notes=clip.notes,
        tags=clip.tags,
        export=f"/media/clips/{clip_id}/export?v={export[clip_id]}" if export else "",
        file_name=export_file_name(video.title, video.id, clip.start_frame, clip.end_frame),
        file_bytes=reading.video.size_bytes * clip.frame_count // reading.video.frame_count,
        similar=f"/clips/{clip_id}/similar" if clip.state == ClipState.EMBEDDED else "",
        can_retry=stage_that_failed(clip.state) is not None,
        history=[
            ClipEvent(
                clip_entry_words(entry),
                entry.reviewer,
                entry.created_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            )
            for entry in ActionRepository(uow.session).clip_history(clip_id, limit=HISTORY_LENGTH)
        ],
    )
