"""What a reviewer asks of the review desk, as browsers send it, and who carries it out.

A browser may send anything: what is no intent is refused. Clips are named by their exact frames,
because a browser acts on clips that it has made itself and that have no id yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from heaters.domain.errors import InvalidInput
from heaters.domain.names import counted
from heaters.domain.review import NoSuchClip
from heaters.domain.timeline import FrameRange
from heaters.models import Action
from heaters.repositories.actions import ActionRepository
from heaters.repositories.database import UnitOfWork
from heaters.repositories.timelines import TimelineRepository
from heaters.services.annotating import NOTES_MAX_LENGTH, TAGS_MAX_COUNT, describe
from heaters.services.cutting import add_cut, confirm_cut, move_cut, remove_cut, replace_cuts
from heaters.services.retrying import retry_clip
from heaters.services.reviewing import approve, archive, group, skip, ungroup
from heaters.services.undoing import redo, undo
from heaters.state.reading import Reading

CLIPS_MAX_COUNT = 100_000
"""More clips, or cuts, than this are not acted on at a time."""

_Frame = Annotated[int, Field(ge=0, lt=2**31)]
_Range = Annotated[list[_Frame], Field(min_length=2, max_length=2)]


class _Intent(BaseModel):
    """What all have. A request may be sent late: to another desk, or by another person's session.

    Attributes:
        request_id: the browser's name for this request, by which a second one is known.
        video_id: the video at whose desk it was made.
        reviewer_id: who made it; 0 for a tab that was signed out.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    request_id: Annotated[UUID, Field(strict=False)]
    video_id: Annotated[int, Field(gt=0, lt=2**31)]
    reviewer_id: Annotated[int, Field(ge=0, lt=2**31)]


class _CutIntent(_Intent):
    frame: _Frame
    confirm: bool = False


class AddCut(_CutIntent):
    """Let a clip start at ``frame``."""

    kind: Literal["add_cut"]


class RemoveCut(_CutIntent):
    """Join the clips that meet at ``frame``."""

    kind: Literal["remove_cut"]


class MoveCut(_CutIntent):
    """Let the clips that meet at ``frame`` meet at ``to_frame``."""

    kind: Literal["move_cut"]
    to_frame: _Frame


class ConfirmCut(_Intent):
    """The cut at ``frame`` has been looked at, and is right."""

    kind: Literal["confirm_cut"]
    frame: _Frame


class ReplaceCuts(_Intent):
    """Cut the video at ``cuts``, where scores reach ``threshold``, and nowhere else.

    Attributes:
        keeps_checked: but leave the cuts in place that people have made or confirmed.
    """

    kind: Literal["replace_cuts"]
    cuts: Annotated[list[_Frame], Field(max_length=CLIPS_MAX_COUNT)]
    threshold: Annotated[float, Field(allow_inf_nan=False)]
    keeps_checked: bool = False
    confirm: bool = False


class Decide(_Intent):
    """Approve, skip, archive, group or ungroup clips."""

    kind: Literal["approve", "skip", "archive", "group", "ungroup"]
    clips: Annotated[list[_Range], Field(min_length=1, max_length=CLIPS_MAX_COUNT)]


class Describe(_Intent):
    """Give a clip these notes and tags."""

    kind: Literal["describe"]
    clip: _Range
    notes: Annotated[str, Field(max_length=2 * NOTES_MAX_LENGTH)]
    tags: Annotated[list[str], Field(max_length=2 * TAGS_MAX_COUNT)]


class Retry(_Intent):
    """Have the pipeline try a clip again where it gave up."""

    kind: Literal["retry"]
    clip: _Range


class Reverse(_Intent):
    """Undo or redo one's own last action on the video."""

    kind: Literal["undo", "redo"]


Intent = (
    AddCut | RemoveCut | MoveCut | ConfirmCut | ReplaceCuts | Decide | Describe | Retry | Reverse
)
_INTENT: TypeAdapter[Intent] = TypeAdapter(Annotated[Intent, Field(discriminator="kind")])


def parse_intent(sent: object) -> Intent:
    """Return what a browser asks for.

    Raises:
        InvalidInput: it is nothing that can be asked for.
    """
    try:
        return _INTENT.validate_python(sent)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"not understood: {place}: {first['msg']}"[:150]) from None


def request_named(sent: object) -> str:
    """Return how a browser names its request, whatever else it sends; empty if it does not."""
    name = sent.get("request_id") if isinstance(sent, dict) else None
    return name if isinstance(name, str) else ""


def carry_out(
    uow: UnitOfWork, video_id: int, reviewer_id: int, intent: Intent
) -> Action | str | None:
    """Do what was asked for, through its service; if that was done already, do nothing.

    Returns:
        The action in the audit trail, or what was done in words where there is none; None where
        nothing had to change.

    Raises:
        NoSuchClip: a clip that the intent names is none any more.
        HeatersError: what the service raises.
    """
    TimelineRepository(uow.session).lock_video(video_id)  # the same request may come twice at once
    earlier = ActionRepository(uow.session).of_request(intent.request_id, video_id, reviewer_id)
    if earlier is not None:
        return earlier
    uow.request_id = intent.request_id
    return _WAYS[type(intent)](_Asked(uow, video_id, reviewer_id), intent)


def nothing_words(intent: Intent, reading: Reading) -> str:
    """Say why an intent changed nothing, such as ``clip 16 is already approved``."""
    match intent:
        case ConfirmCut(frame=frame):
            return f"the cut at frame {frame} is already confirmed"
        case Decide(kind=kind, clips=[frames]):
            return f"{reading.clip_words(*frames)} is already {_DECIDED[kind]}"
        case Decide(kind=kind, clips=clips):
            return f"these {counted(len(clips), 'clip')} are already {_DECIDED[kind]}"
        case _:
            return "these are already the cuts"


_DECIDED = {
    "approve": "approved",
    "skip": "skipped",
    "archive": "archived",
    "group": "in one group",
    "ungroup": "in no group",
}


class _Asked(NamedTuple):
    """Who asks in which transaction about which video."""

    uow: UnitOfWork
    video_id: int
    reviewer_id: int

    def clip_ids(self, ranges: Sequence[Sequence[int]]) -> list[int]:
        """Return the ids of the live clips with exactly these frames."""
        named = [FrameRange(start_frame, end_frame) for start_frame, end_frame in ranges]
        ids = TimelineRepository(self.uow.session).live_ids(self.video_id, named)
        for frames in named:
            if frames not in ids:
                raise NoSuchClip(frames)
        return [ids[frames] for frames in named]


def _at_frame(operate: Callable[..., Action]) -> Callable[[_Asked, _CutIntent], Action]:
    return lambda asked, intent: operate(
        asked.uow,
        asked.video_id,
        intent.frame,
        reviewer_id=asked.reviewer_id,
        confirm_exported=intent.confirm,
    )


def _move_cut(asked: _Asked, intent: MoveCut) -> Action:
    return move_cut(
        asked.uow,
        asked.video_id,
        intent.frame,
        intent.to_frame,
        reviewer_id=asked.reviewer_id,
        confirm_exported=intent.confirm,
    )


def _confirm_cut(asked: _Asked, intent: ConfirmCut) -> Action | None:
    return confirm_cut(asked.uow, asked.video_id, intent.frame, reviewer_id=asked.reviewer_id)


def _replace_cuts(asked: _Asked, intent: ReplaceCuts) -> Action | None:
    return replace_cuts(
        asked.uow,
        asked.video_id,
        intent.cuts,
        reviewer_id=asked.reviewer_id,
        reason=f"threshold {intent.threshold:g}",
        keeps_checked=intent.keeps_checked,
        confirm_exported=intent.confirm,
    )


_DECISIONS = {
    "approve": approve,
    "skip": skip,
    "archive": archive,
    "group": group,
    "ungroup": ungroup,
}


def _decide(asked: _Asked, intent: Decide) -> Action | None:
    clip_ids = asked.clip_ids(intent.clips)
    return _DECISIONS[intent.kind](asked.uow, clip_ids, reviewer_id=asked.reviewer_id)


def _describe(asked: _Asked, intent: Describe) -> str:
    [clip_id] = asked.clip_ids([intent.clip])
    describe(asked.uow, clip_id, notes=intent.notes, tags=intent.tags)
    return "saved notes and tags"


def _retry(asked: _Asked, intent: Retry) -> str:
    [clip_id] = asked.clip_ids([intent.clip])
    retry_clip(asked.uow, clip_id)
    return "trying the clip again"


def _reverse(asked: _Asked, intent: Reverse) -> Action:
    way = undo if intent.kind == "undo" else redo
    return way(asked.uow, reviewer_id=asked.reviewer_id, video_id=asked.video_id)


_WAYS: dict[type[_Intent], Callable[[_Asked, Any], Action | str | None]] = {
    AddCut: _at_frame(add_cut),
    RemoveCut: _at_frame(remove_cut),
    MoveCut: _move_cut,
    ConfirmCut: _confirm_cut,
    ReplaceCuts: _replace_cuts,
    Decide: _decide,
    Describe: _describe,
    Retry: _retry,
    Reverse: _reverse,
}
