"""What an answer at the review desk is made of: what an action changed, and nothing else read."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heaters.domain.errors import HeatersError
from heaters.models import Action
from heaters.repositories.clips import ClipRepository
from heaters.repositories.database import UnitOfWork
from heaters.runtime import Runtime
from heaters.state.intents import carry_out, parse_intent
from heaters.state.reading import Reading, read_video
from heaters.state.reading_after import read_after
from tests.web.conftest import AddVideo
from tests.web.test_review_events import FRAMES, add_reviewer

CUTS = (30, 31, 75)
frames = st.sampled_from((1, 10, *CUTS, 60, 74, 100, FRAMES - 1))
intents = st.one_of(
    st.builds(
        lambda kind, frame: {"kind": kind, "frame": frame},
        st.sampled_from(("add_cut", "remove_cut", "confirm_cut")),
        frames,
    ),
    st.builds(
        lambda frame, to: {"kind": "move_cut", "frame": frame, "to_frame": to}, frames, frames
    ),
    st.builds(
        lambda cuts, keeps: {
            "kind": "replace_cuts",
            "cuts": sorted(cuts),
            "threshold": 1.0,
            "keeps_checked": keeps,
        },
        st.sets(frames, max_size=4),
        st.booleans(),
    ),
    st.builds(
        lambda kind, clips: {"kind": kind, "clips": clips},
        st.sampled_from(("approve", "skip", "archive", "group", "ungroup")),
        st.lists(st.integers(0, 9), min_size=1, max_size=3),
    ),
    st.sampled_from(({"kind": "undo"}, {"kind": "redo"})),
)


def shown(reading: Reading) -> tuple[object, ...]:
    """Return all of a reading that a page shows."""
    clips = reading.clips
    rows = list(zip(clips.ids, clips.starts, clips.letters, clips.groups, strict=True))
    return reading.revision, rows, list(reading.checked)


def request(intent: dict[str, Any], video_id: int, reviewer_id: int = 1) -> dict[str, Any]:
    """Return the intent as a browser names it."""
    return intent | {"request_id": str(uuid4()), "video_id": video_id, "reviewer_id": reviewer_id}


def sent(uow: UnitOfWork, video_id: int, intent: dict[str, Any]) -> dict[str, Any]:
    """Return the intent as a browser sends it, with clips that there are for their numbers."""
    intent = request(intent, video_id)
    if "clips" in intent:
        clips = ClipRepository(uow.session).live(video_id)
        chosen = {number % len(clips) for number in intent["clips"]}
        intent["clips"] = [[clips[i].start_frame, clips[i].end_frame] for i in chosen]
    return intent


# Each example has a video of its own.
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(story=st.lists(st.tuples(st.booleans(), intents), min_size=1, max_size=12))
def test_what_is_read_after_each_action_is_what_reading_everything_finds(
    runtime: Runtime, add_video: AddVideo, story: list[tuple[bool, dict[str, Any]]]
) -> None:
    video_id = add_video(cuts=CUTS)
    reviewers = [add_reviewer(runtime, name) for name in ("Ann", "Bob")]
    with runtime.database.unit_of_work() as uow:
        reading = read_video(uow, video_id)
    for is_bob, intent in story:
        try:
            with runtime.database.unit_of_work() as uow:
                asked = parse_intent(sent(uow, video_id, intent))
                done = carry_out(uow, video_id, reviewers[is_bob], asked)
                if not isinstance(done, Action):
                    continue
                reading = read_after(uow, reading, done)
                everything = read_video(uow, video_id)
                assert shown(reading) == shown(everything)
                assert len(reading.versions) == len(reading.clips.ids)
        except HeatersError:
            continue


def test_after_an_action_that_came_in_between_everything_is_read(
    runtime: Runtime, add_video: AddVideo
) -> None:
    video_id, reviewer_id = add_video(), add_reviewer(runtime, "Ann")

    def act(uow: UnitOfWork, **intent: Any) -> Any:
        asked = parse_intent(request(intent, video_id, reviewer_id))
        return carry_out(uow, video_id, reviewer_id, asked)

    with runtime.database.unit_of_work() as uow:
        before = read_video(uow, video_id)
        act(uow, kind="skip", clips=[[0, 30]])
        after = read_after(uow, before, act(uow, kind="add_cut", frame=100))
        assert after.clips.letters == "SPPPP"
        assert shown(after) == shown(read_video(uow, video_id))


def test_only_clips_that_an_action_changed_are_looked_at_anew(
    runtime: Runtime, add_video: AddVideo
) -> None:
    video_id, reviewer_id = add_video(), add_reviewer(runtime, "Ann")
    with runtime.database.unit_of_work() as uow:
        before = read_video(uow, video_id)
        asked = parse_intent(request({"kind": "add_cut", "frame": 60}, video_id, reviewer_id))
        done = carry_out(uow, video_id, reviewer_id, asked)
        assert not isinstance(done, str)
        after = read_after(uow, before, done)
    assert list(after.versions) == [*before.versions[:2], "", "", before.versions[3]]
