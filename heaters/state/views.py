"""Small typed views: what a page shows of rows. Pure projections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from heaters.domain.addresses import shown_source
from heaters.domain.lifecycle import ClipState, VideoState, decision
from heaters.domain.names import counted
from heaters.domain.stages import stage_that_failed
from heaters.domain.time import format_fps, format_timecode
from heaters.models import Clip, Video
from heaters.state.words import (
    CLIP_LOOKS,
    GROUPS,
    STEPS,
    VIDEO_LOOKS,
    VideoLook,
    range_words,
)


@dataclass(frozen=True)
class Count:
    """How many clips are in a group of states."""

    group: str
    letter: str
    number: int


@dataclass(frozen=True)
class Step:
    """One of the pipeline's three steps of a video.

    Attributes:
        look: done, working, waiting or failed.
    """

    name: str
    look: str
    percent: int


@dataclass(frozen=True)
class VideoCard:
    """A video in the library.

    Attributes:
        steps: download, prepare, find scenes.
        percent: how far the step under way is, such as ``42 %``; empty where that is not known.
        counts: groups that have clips; empty until there are any.
        error: why it failed; empty if it did not.
        warnings: what could not be kept of the source, a sentence each.
    """

    id: int
    title: str
    source: str
    poster: str
    group: str
    words: str
    steps: list[Step]
    percent: str
    duration: str
    clip_count: str
    counts: list[Count]
    error: str
    warnings: list[str]
    can_retry: bool
    can_remove: bool


NO_VIDEO = VideoCard(0, "", "", "", "waiting", "", [], "", "", "", [], "", [], False, False)
"""What a page shows before it has looked."""


@dataclass(frozen=True)
class Proxy:
    """What the browser needs to show exact frames; ``src`` is empty while there is no proxy."""

    src: str = ""
    fps_num: int = 1
    fps_den: int = 1
    width: int = 16
    height: int = 9
    frame_count: int = 0


@dataclass(frozen=True)
class Outline:
    """The whole video at a glance: the clips' lengths in frames, and one group letter for each."""

    lengths: tuple[int, ...] = ()
    letters: str = ""


@dataclass(frozen=True)
class ClipCard:
    """A clip in the grid; frames ``[start_frame, end_frame)``, ``number`` counts from 1."""

    id: int
    video_id: int
    number: int
    group: str
    letter: str
    words: str
    start_frame: int
    end_frame: int
    timecodes: str
    frame_range: str
    frames: str
    error: str
    export: str
    can_approve: bool
    can_skip: bool
    can_archive: bool
    can_retry: bool
    has_similar: bool


def video_card(
    video: Video, counts: Mapping[ClipState, int], poster_artifact_id: int | None
) -> VideoCard:
    """Project a video and its clips' state counts."""
    assert video.id is not None
    look = VIDEO_LOOKS[video.state]
    failed = look.group == "failed"
    percent = None if video.progress is None else int(100 * min(1.0, max(0.0, video.progress)))
    under_way = look.group == "working" and percent is not None
    return VideoCard(
        id=video.id,
        title=video.title,
        source=shown_source(video.source),
        poster=f"/media/videos/{video.id}/poster?v={poster_artifact_id}"
        if poster_artifact_id
        else "",
        group=look.group,
        words=_video_words(video, counts),
        steps=_steps(look, percent or 0),
        percent=f"{percent} %" if under_way else "",
        duration=duration(video),
        clip_count=counted(sum(counts.values()), "clip") if counts else "",
        counts=group_counts(counts),
        error=(video.last_error or "") if failed else "",
        warnings=[warning["text"] for warning in video.warnings],
        can_retry=stage_that_failed(video.state) is not None,
        can_remove=failed and not counts,
    )


def _video_words(video: Video, counts: Mapping[ClipState, int]) -> str:
    words = VIDEO_LOOKS[video.state].words
    if video.state == VideoState.READY and counts:
        pending = counts.get(ClipState.PENDING_REVIEW, 0)
        return f"{counted(pending, 'clip')} to review" if pending else "every clip reviewed"
    return f"{words}, trying again soon" if video.next_attempt_at else words


def _steps(look: VideoLook, percent: int) -> list[Step]:
    def step(number: int, name: str) -> Step:
        if number < look.step:
            return Step(name, "done", 100)
        if number > look.step:
            return Step(name, "waiting", 0)
        return Step(name, look.group, percent if look.group == "working" else 0)

    return [step(number, name) for number, name in enumerate(STEPS, start=1)]


def group_counts(counts: Mapping[ClipState, int]) -> list[Count]:
    """Sum state counts by group, leaving out groups without clips."""
    sums: dict[str, int] = dict.fromkeys(GROUPS, 0)
    letters: dict[str, str] = {}
    for state, number in counts.items():
        look = CLIP_LOOKS[state]
        sums[look.group] += number
        letters[look.group] = look.letter
    return [Count(group, letters[group], number) for group, number in sums.items() if number]


def duration(video: Video) -> str:
    """Write how long the video is, to the second: ``1:02:03``, ``4:05``; empty if not known."""
    if not video.frame_count or video.fps is None:
        return ""
    seconds = round(video.frame_count / video.fps)
    hours, minutes, s = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02d}:{s:02d}" if hours else f"{minutes}:{s:02d}"


def facts(video: Video) -> list[str]:
    """Write the exact facts of a video's proxy; empty until there is one."""
    if video.fps is None or not video.frame_count:
        return []
    return [
        f"{video.width} × {video.height}",
        _rate(video.fps),
        counted(video.frame_count, "frame"),
        format_timecode(video.frame_count, video.fps),
        "with sound" if video.has_audio else "silent",
    ]


def proxy(video: Video, artifact_id: int | None) -> Proxy:
    """Project what a player of the video needs."""
    if artifact_id is None or video.fps is None:
        return Proxy()
    return Proxy(
        src=f"/media/videos/{video.id}/proxy?v={artifact_id}",
        fps_num=video.fps.numerator,
        fps_den=video.fps.denominator,
        width=video.width or 16,
        height=video.height or 9,
        frame_count=video.frame_count or 0,
    )


def outline(start_frames: Sequence[int], states: Sequence[str], frame_count: int) -> Outline:
    """Project first frames and states of all live clips, which tile the video."""
    ends = [*start_frames[1:], frame_count]
    return Outline(
        lengths=tuple(end - start for start, end in zip(start_frames, ends, strict=False)),
        letters="".join(CLIP_LOOKS[ClipState(state)].letter for state in states),
    )


def clip_card(number: int, clip: Clip, fps: Fraction, export_artifact_id: int | None) -> ClipCard:
    """Project the clip that is the video's ``number``-th."""
    assert clip.id is not None
    look = CLIP_LOOKS[clip.state]
    return ClipCard(
        id=clip.id,
        video_id=clip.video_id,
        number=number,
        group=look.group,
        letter=look.letter,
        words=look.words,
        start_frame=clip.start_frame,
        end_frame=clip.end_frame,
        timecodes=" → ".join(
            format_timecode(frame, fps) for frame in (clip.start_frame, clip.end_frame)
        ),
        frame_range=range_words(clip.start_frame, clip.end_frame),
        frames=counted(clip.frame_count, "frame"),
        error=(clip.last_error or "") if look.group == "failed" else "",
        export=f"/media/clips/{clip.id}/export?v={export_artifact_id}"
        if export_artifact_id
        else "",
        can_approve=decision(clip.state) != ClipState.REVIEW_APPROVED,
        can_skip=clip.state != ClipState.REVIEW_SKIPPED,
        can_archive=clip.state != ClipState.REVIEW_ARCHIVED,
        can_retry=stage_that_failed(clip.state) is not None,
        has_similar=clip.state == ClipState.EMBEDDED,
    )


def _rate(fps: Fraction) -> str:
    """Write ``25 fps``, and ``29.97 fps (30000/1001)`` where the decimals are not all of it."""
    if fps.denominator == 1:
        return f"{fps.numerator} fps"
    decimal = f"{float(fps):.3f}".rstrip("0").rstrip(".")
    return f"{decimal} fps ({format_fps(fps)})"
