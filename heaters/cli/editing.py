"""Commands that change timelines and review states: cuts, review, undo, redo."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from heaters.cli import output
from heaters.cli.output import AsJson, Column
from heaters.cli.running import command_runtime
from heaters.domain.errors import InvalidInput
from heaters.domain.lifecycle import ClipState
from heaters.models import LOCAL_REVIEWER_ID, Action, ActionKind
from heaters.repositories.actions import ActionRepository
from heaters.repositories.clips import ClipRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.videos import VideoRepository
from heaters.services.cutting import add_cut, confirm_cut, move_cut, remove_cut
from heaters.services.reviewing import approve, archive, skip
from heaters.services.undoing import redo, undo

VideoId = Annotated[int, typer.Argument(metavar="VIDEO")]
Frame = Annotated[int, typer.Argument(metavar="FRAME", help="First frame of the later clip.")]
Confirm = Annotated[
    bool, typer.Option("--confirm-exported", help="Cut clips that are exported already, too.")
]
OnVideo = Annotated[int | None, typer.Option("--video", help="Only on this video.")]

_SAID_AT_MOST = 20

app = typer.Typer(rich_markup_mode=None)
_cuts = typer.Typer(
    help="List and change the cuts of a video.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(_cuts, name="cuts")


class Verdict(StrEnum):
    """What a reviewer says of a clip."""

    APPROVE = "approve"
    SKIP = "skip"
    ARCHIVE = "archive"


_REVIEW = {Verdict.APPROVE: approve, Verdict.SKIP: skip, Verdict.ARCHIVE: archive}


@_cuts.command("list")
def list_cuts(video: VideoId, as_json: AsJson = False) -> None:
    """Print the cuts of a video: the first frame of every clip but the first."""
    with command_runtime() as runtime, runtime.database.unit_of_work() as uow:
        VideoRepository(uow.session).get(video)
        cuts = [clip.start_frame for clip in ClipRepository(uow.session).live(video)[1:]]
    if as_json:
        output.print_json(cuts)
    else:
        output.print_table([Column("cut")], [[cut] for cut in cuts])


@_cuts.command("add")
def add(video: VideoId, frame: Frame, confirm: Confirm = False, as_json: AsJson = False) -> None:
    """Cut a clip in two."""
    _act(
        lambda uow: add_cut(
            uow, video, frame, reviewer_id=LOCAL_REVIEWER_ID, confirm_exported=confirm
        ),
        as_json=as_json,
    )


@_cuts.command("remove")
def remove(video: VideoId, frame: Frame, confirm: Confirm = False, as_json: AsJson = False) -> None:
    """Merge the two clips on either side of a cut."""
    _act(
        lambda uow: remove_cut(
            uow, video, frame, reviewer_id=LOCAL_REVIEWER_ID, confirm_exported=confirm
        ),
        as_json=as_json,
    )


@_cuts.command("move")
def move(
    video: VideoId,
    frame: Frame,
    to_frame: Annotated[int, typer.Argument(metavar="TO")],
    confirm: Confirm = False,
    as_json: AsJson = False,
) -> None:
    """Move a cut between its neighbours."""
    _act(
        lambda uow: move_cut(
            uow, video, frame, to_frame, reviewer_id=LOCAL_REVIEWER_ID, confirm_exported=confirm
        ),
        as_json=as_json,
    )


@_cuts.command("confirm")
def confirm_one(video: VideoId, frame: Frame, as_json: AsJson = False) -> None:
    """Put down that you have looked at a cut, and that it is right."""
    _act(lambda uow: confirm_cut(uow, video, frame, reviewer_id=LOCAL_REVIEWER_ID), as_json=as_json)


@app.command()
def review(
    verdict: Verdict,
    clips: Annotated[list[int] | None, typer.Argument(metavar="CLIP...")] = None,
    video: OnVideo = None,
    all_pending: Annotated[
        bool, typer.Option("--all-pending", help="With --video: every clip not reviewed yet.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Approve, skip or archive clips, all of them or none."""
    if bool(clips) == (video is not None and all_pending):
        raise InvalidInput("say which clips: CLIP..., or --video ID --all-pending")

    def act(uow: UnitOfWork) -> Action | None:
        chosen = clips
        if video is not None:
            VideoRepository(uow.session).get(video)
            pending = ClipRepository(uow.session).list(
                video_id=video, state=ClipState.PENDING_REVIEW
            )
            chosen = [clip.id for clip in pending if clip.id is not None]
        return _REVIEW[verdict](uow, chosen, reviewer_id=LOCAL_REVIEWER_ID) if chosen else None

    _act(act, as_json=as_json)


@app.command("undo")
def undo_last(video: OnVideo = None, as_json: AsJson = False) -> None:
    """Undo your last action that is not undone yet."""
    _act(lambda uow: undo(uow, reviewer_id=LOCAL_REVIEWER_ID, video_id=video), as_json=as_json)


@app.command("redo")
def redo_last(video: OnVideo = None, as_json: AsJson = False) -> None:
    """Redo what you last undid."""
    _act(lambda uow: redo(uow, reviewer_id=LOCAL_REVIEWER_ID, video_id=video), as_json=as_json)


def _act(perform: Callable[[UnitOfWork], Action | None], *, as_json: bool) -> None:
    with command_runtime() as runtime, runtime.database.unit_of_work() as uow:
        action = perform(uow)
        told = "nothing to do" if action is None else _told(uow, action)
    if as_json:
        output.print_json(None if action is None else _action_json(action))
    else:
        output.say(told)


def _told(uow: UnitOfWork, action: Action) -> str:
    """Return in one line what was done, in which video, to which clips."""
    assert action.id is not None
    entry = ActionRepository(uow.session).entry(action.id)
    did = {ActionKind.UNDO: "undone: ", ActionKind.REDO: "redone: "}.get(entry.kind, "")
    what = entry.about_kind.value.replace("_", " ")
    if entry.frame is not None:
        what += f" at frame {entry.frame}"
    if entry.to_frame is not None:
        what += f" to {entry.to_frame}"
    video = VideoRepository(uow.session).get(action.video_id)
    clips = [str(change["clip_id"]) for change in action.changes]
    named = ", ".join(clips[:_SAID_AT_MOST]) or "as before"
    more = f" and {len(clips) - _SAID_AT_MOST} more" if len(clips) > _SAID_AT_MOST else ""
    return f"{did}{what} in video {video.id} ({video.title}): clips {named}{more}"


def _action_json(action: Action) -> dict[str, object]:
    return {
        "id": action.id,
        "video_id": action.video_id,
        "kind": action.kind.value,
        "frame": action.frame,
        "to_frame": action.to_frame,
        "reverses": action.reverses_id,
        "changes": action.changes,
    }
