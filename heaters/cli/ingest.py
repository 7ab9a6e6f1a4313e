"""Commands that bring videos in and see them through: ingest, wait, retry, remove."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from heaters.cli import output
from heaters.cli.library import print_videos, video_json
from heaters.cli.output import AsJson
from heaters.cli.progress import progress_bars
from heaters.cli.running import command_runtime
from heaters.connection import connect
from heaters.domain.addresses import has_scheme
from heaters.domain.errors import ExternalFailure, HeatersError, InvalidInput
from heaters.domain.lifecycle import VideoState
from heaters.domain.names import counted
from heaters.models import Video
from heaters.repositories import listing
from heaters.repositories.videos import VideoRepository
from heaters.repositories.work import WorkRepository
from heaters.runtime import Runtime
from heaters.services.bringing_in import bring_in
from heaters.services.finding import find_videos, left_out, shown_path
from heaters.services.ingest import AlreadyHere, add_address
from heaters.services.removing import remove_video
from heaters.services.retrying import retry_clip, retry_video

_LOOK_S = 0.25

Timeout = Annotated[
    float | None, typer.Option(min=0, help="Give up after so many seconds.", metavar="SECONDS")
]

app = typer.Typer(rich_markup_mode=None)


@app.command()
def ingest(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE...", help="Files, folders, URLs.")
    ],
    wait_: Annotated[bool, typer.Option("--wait", help="Until the videos are ready.")] = False,
    timeout: Timeout = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also what the library has already.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring in videos: files, folders of files, or addresses.

    What cannot be brought in is told, the rest goes on, and the exit code is 1.
    """
    added: dict[int, bool] = {}
    others: list[str] = []
    refused = False
    with command_runtime() as runtime:
        for source in _each(sources, others):
            try:
                if isinstance(source, HeatersError):
                    raise source
                added[_add(runtime, source, again=again)] = True
            except AlreadyHere as here:
                output.say(f"{here}; {_ways_on(here)}")
                added.setdefault(here.video_id, False)
            except HeatersError as error:
                output.say_error(str(error))
                refused = True
        if others:
            output.say(f"{counted(sum(added.values()), 'video')} added; {left_out(others)}")
        ids = list(added)
        if wait_ and ids:
            with _some_worker(runtime):
                await_videos(runtime, ids, timeout)
        with connect(runtime.database_url) as connection:
            found = list(listing.videos(connection, ids))
    if as_json:
        output.print_json_rows(video_json(video) | {"added": added[video.id]} for video in found)
    elif found:
        print_videos(found, as_json=False)
    for video in found:
        for warning in video.warnings:
            output.say(f"video {video.id} ({video.title}): {warning['text']}")
    failed = [video for video in found if video.last_error]
    if wait_ and failed:
        raise ExternalFailure(
            "; ".join(f"video {video.id} ({video.title}): {video.last_error}" for video in failed)
        )
    if refused:
        raise typer.Exit(1)


@app.command()
def wait(timeout: Timeout = None) -> None:
    """Wait until the pipeline has no work left."""
    with command_runtime() as runtime, _some_worker(runtime), progress_bars() as bars:
        bar = bars.add_task("working", total=None)
        deadline_s = _deadline_s(timeout)
        while True:
            with runtime.database.unit_of_work() as uow:
                left = WorkRepository(uow.session).unfinished_total()
            if left == 0:
                return
            bars.update(bar, description=f"{left} steps of work left or under way")
            _pause(deadline_s, f"{left} steps of work are still due")


@app.command()
def retry(
    videos: Annotated[
        list[int] | None, typer.Option("--video", help="A video that failed; more than once.")
    ] = None,
    clips: Annotated[
        list[int] | None, typer.Option("--clip", help="A clip that failed; more than once.")
    ] = None,
) -> None:
    """Try again where the pipeline gave up; all of them or none."""
    if not videos and not clips:
        raise InvalidInput("say which one: --video ID or --clip ID")
    with command_runtime() as runtime, runtime.database.unit_of_work() as uow:
        for video_id in sorted(videos or []):
            retry_video(uow, video_id)
        for clip_id in sorted(clips or []):
            retry_clip(uow, clip_id)


@app.command()
def remove(videos: Annotated[list[int], typer.Argument(metavar="VIDEO...")]) -> None:
    """Remove videos that never got clips, and their files.

    What cannot be removed is told, the rest goes on, and the exit code is 1.
    """
    refused = False
    with command_runtime() as runtime:
        for video_id in dict.fromkeys(videos):
            try:
                title = remove_video(runtime.database, runtime.store, video_id)
                output.say(f"removed video {video_id} ({title})")
            except InvalidInput as error:
                output.say_error(str(error))
                refused = True
    if refused:
        raise typer.Exit(1)


def _ways_on(here: AlreadyHere) -> str:
    if here.failure is None:
        return "--again adds it again"
    retry = f"`heaters retry --video {here.video_id}` tries again"
    if here.is_tried_again:
        retry = f"it is tried again by itself, {retry} at once"
    return f"{retry}, --again adds it"


def _each(sources: Sequence[str], others: list[str]) -> Iterator[str | Path | HeatersError]:
    """Give each address and each file that the sources name, or why there is none.

    Names of files in folders that are no videos are added to ``others``.
    """
    for source in sources:
        path = Path(source)
        if has_scheme(source) and not path.exists():
            yield source
        elif not path.is_dir():
            yield path
        else:
            try:
                found = find_videos(path)
            except HeatersError as error:
                yield error
            else:
                others += found.others
                yield from found.files
                yield from map(InvalidInput, found.refusals)


def _add(runtime: Runtime, source: str | Path, *, again: bool) -> int:
    if isinstance(source, Path):
        return ingest_path(runtime, source, again=again)
    with runtime.database.unit_of_work() as uow:
        video = add_address(uow, source, again=again)
        assert video.id is not None
        return video.id


def ingest_path(runtime: Runtime, path: Path, *, again: bool = False) -> int:
    """Store a file, show how that goes, add it as a video, and return the video's id.

    Raises:
        AlreadyHere: the library has it, and ``again`` is false.
        InvalidInput: it is no file, or cannot be read.
    """
    with progress_bars() as bars:
        bar = bars.add_task(f"storing {shown_path(path.name)}", total=1.0)
        return bring_in(
            runtime.database,
            runtime.store,
            path,
            name=path.name,
            again=again,
            on_progress=lambda share: bars.update(bar, completed=share),
        )


@contextmanager
def _some_worker(runtime: Runtime) -> Iterator[None]:
    """Make sure that somebody works: a worker that is up, or threads of this process."""
    with runtime.database.unit_of_work() as uow:
        somebody_works = WorkRepository(uow.session).worker_is_up()
    if somebody_works:
        yield
        return
    # Loaded only now: OpenCV, libav and ONNX runtime, which a command without --wait needs not.
    from heaters.cli.working import worker_threads

    with worker_threads(runtime):
        yield


def await_videos(runtime: Runtime, ids: list[int], timeout: float | None) -> None:
    """Show how videos come along until each is ready or has failed for good.

    Raises:
        ExternalFailure: ``timeout`` seconds are over.
    """
    deadline_s = _deadline_s(timeout)
    with progress_bars() as bars:
        bar_of = {video_id: bars.add_task(f"video {video_id}", total=1.0) for video_id in ids}
        while True:
            with runtime.database.unit_of_work() as uow:
                repository = VideoRepository(uow.session)
                current = [repository.get(video_id) for video_id in ids]
            for video_id, video in zip(ids, current, strict=True):
                bars.update(
                    bar_of[video_id],
                    description=f"{video.title}: {video.state.value.replace('_', ' ')}",
                    completed=1.0 if _is_settled(video) else video.progress or 0.0,
                )
            unsettled = [video for video in current if not _is_settled(video)]
            if not unsettled:
                return
            _pause(deadline_s, f"video {unsettled[0].id} is still {unsettled[0].state}")


def _is_settled(video: Video) -> bool:
    """Ready, or failed for good."""
    failed = video.state.value.endswith("_failed")
    return video.state == VideoState.READY or (failed and video.next_attempt_at is None)


def _deadline_s(timeout: float | None) -> float:
    return float("inf") if timeout is None else time.monotonic() + timeout


def _pause(deadline_s: float, unfinished: str) -> None:
    if time.monotonic() > deadline_s:
        raise ExternalFailure(f"the time is up: {unfinished}")
    time.sleep(_LOOK_S)
