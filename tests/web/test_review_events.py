"""The review desk's events, as browsers send them, through Reflex's own pipeline."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from heaters.domain.lifecycle import ClipState, VideoState
from heaters.models import Reviewer
from heaters.repositories.actions import ActionRepository
from heaters.repositories.clips import ClipRepository
from heaters.repositories.videos import VideoRepository
from heaters.runtime import Runtime
from heaters.services.cutting import create_virtual_clips
from heaters.state.desk import Desk
from heaters.state.review import ReviewState
from heaters.state.sheet import KEPT_NEWS
from heaters.state.words import CLIP_LOOKS
from tests.support.desk import trail_of
from tests.web.conftest import AddVideo
from tests.web.desk_tab import DeskTab
from tests.web.events import SESSIONS, cookie_of, run
from tests.web.test_media import give_clip_a_file

FRAMES = 120
REQUEST = "0123456789abcdef0123456789abcdef"


def stored(runtime: Runtime, video_id: int) -> list[tuple[int, int, str, int]]:
    """Return the live clips as a browser should have them."""
    with runtime.database.unit_of_work() as uow:
        return [
            (clip.id or 0, clip.start_frame, CLIP_LOOKS[clip.state].letter, clip.group_id or 0)
            for clip in ClipRepository(uow.session).live(video_id)
        ]


def action_count(runtime: Runtime, video_id: int) -> int:
    with runtime.database.unit_of_work() as uow:
        return len(ActionRepository(uow.session).history(video_id, limit=1000))


def add_reviewer(runtime: Runtime, name: str) -> int:
    with runtime.database.unit_of_work() as uow:
        reviewer = Reviewer(name=f"{name} {uuid4()}")
        uow.session.add(reviewer)
        uow.session.flush()
        assert reviewer.id is not None
        return reviewer.id


async def opened(video_id: int, **options: Any) -> DeskTab:
    tab = DeskTab(video_id, **options)
    await tab.load()
    return tab


def test_a_desk_opens_with_all_clips_at_the_first_that_waits(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        assert tab.rows == stored(desk.runtime, video_id)
        assert tab.starts == [0, 30, 31, 75]
        video, sheet = tab.values["video"], tab.values["sheet"]
        assert (video.id, video.frame_count) == (video_id, FRAMES)
        assert (video.fps_num, video.fps_den) == (30000, 1001)
        assert video.src.startswith(f"/media/videos/{video_id}/proxy?v=")
        assert video.size_bytes > 0
        assert (sheet.frame_count, sheet.opened_frame) == (FRAMES, 0)
        assert tab.values["is_ready"]
        assert tab.values["details"].id == tab.rows[0][0]
        await tab.act(kind="approve", clips=[[0, 30], [31, 75]])
        assert (await opened(video_id)).values["sheet"].opened_frame == 30

    run(work)


def test_every_intent_is_carried_out_and_said(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()
    story: list[tuple[dict[str, Any], str, str]] = [
        ({"kind": "add_cut", "frame": 10}, "cut at frame 10", "PPPPP"),
        ({"kind": "approve", "clips": [[0, 10]]}, "approved clip 1", "APPPP"),
        ({"kind": "skip", "clips": [[30, 31], [10, 30]]}, "skipped 2 clips", "ASSPP"),
        ({"kind": "archive", "clips": [[75, 120]]}, "archived clip 5", "ASSPD"),
        (
            {"kind": "move_cut", "frame": 75, "to_frame": 80},
            "moved the cut at frame 75 to 80",
            "ASSPP",
        ),
        ({"kind": "confirm_cut", "frame": 31}, "confirmed the cut at frame 31", "ASSPP"),
        ({"kind": "confirm_cut", "frame": 31}, "the cut at frame 31 is already confirmed", "ASSPP"),
        ({"kind": "group", "clips": [[0, 10], [31, 80]]}, "grouped 2 clips", "ASSPP"),
        ({"kind": "ungroup", "clips": [[31, 80]]}, "ungrouped clip 4", "ASSPP"),
        ({"kind": "undo"}, "undone: ungrouped clip 4", "ASSPP"),
        ({"kind": "redo"}, "redone: ungrouped clip 4", "ASSPP"),
        (
            {"kind": "describe", "clip": [31, 80], "notes": "rain", "tags": ["night "]},
            "saved notes and tags",
            "ASSPP",
        ),
        ({"kind": "remove_cut", "frame": 30}, "removed the cut at frame 30", "APPP"),
        (
            {"kind": "replace_cuts", "cuts": [90, 10], "threshold": 3},
            "detected cuts (threshold 3)",
            "APP",
        ),
        (
            {"kind": "replace_cuts", "cuts": [10, 90], "threshold": 3.5},
            "these are already the cuts",
            "APP",
        ),
        (
            {"kind": "replace_cuts", "cuts": [90], "threshold": 4, "keeps_checked": True},
            "these are already the cuts",
            "APP",
        ),
    ]

    async def work() -> None:
        tab, other = await opened(video_id), await opened(video_id)
        for intent, said, letters in story:
            answer = await tab.act(**intent)
            assert (answer.refused, answer.said, tab.letters) == ("", said, letters)
            assert tab.rows == stored(desk.runtime, video_id)
            await other.hear()
            assert (other.rows, other.checked) == (tab.rows, tab.checked)
        assert not tab.missed
        assert not other.missed
        assert tab.checked == [10]
        assert (await opened(video_id)).rows == tab.rows

    run(work)


def test_cuts_that_were_checked_follow_undo_and_redo(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        await tab.act(kind="confirm_cut", frame=75)
        await tab.act(kind="add_cut", frame=100)
        assert tab.checked == [75, 100]
        await tab.act(kind="undo")
        assert tab.checked == [75]
        await tab.act(kind="undo")
        assert tab.checked == []
        await tab.act(kind="redo")
        assert tab.checked == [75]
        answer = await tab.act(kind="skip", clips=[[0, 30]])
        assert answer.checked is None
        assert (await opened(video_id)).checked == [75]

    run(work)


def test_a_verdict_is_one_clip_in_the_news(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        answer = await tab.act(kind="approve", clips=[[31, 75]])
        assert (answer.at, answer.removed, answer.letters) == (2, 1, "A")
        assert answer.number == 1

    run(work)


REFUSED: list[dict[str, Any]] = [
    {"kind": "add_cut", "frame": 30},
    {"kind": "add_cut", "frame": 0},
    {"kind": "add_cut", "frame": FRAMES},
    {"kind": "remove_cut", "frame": 29},
    {"kind": "move_cut", "frame": 30, "to_frame": 31},
    {"kind": "move_cut", "frame": 32, "to_frame": 33},
    {"kind": "confirm_cut", "frame": 29},
    {"kind": "approve", "clips": [[0, 31]]},
    {"kind": "approve", "clips": [[0, 30], [30, 32]]},
    {"kind": "group", "clips": [[0, 30]]},
    {"kind": "group", "clips": [[0, 30], [0, 30]]},
    {"kind": "replace_cuts", "cuts": [10, 10], "threshold": 1},
    {"kind": "replace_cuts", "cuts": [FRAMES], "threshold": 1},
    {"kind": "describe", "clip": [0, 31], "notes": "", "tags": []},
    {"kind": "describe", "clip": [0, 30], "notes": "x" * 10_001, "tags": []},
    {"kind": "describe", "clip": [0, 30], "notes": "a\0b", "tags": []},
    {"kind": "retry", "clip": [0, 30]},
    {"kind": "undo"},
    {"kind": "redo"},
]

NONSENSE: list[Any] = [
    None,
    "approve",
    [],
    {},
    {"kind": "explode"},
    {"kind": ["undo"]},
    {"kind": "undo", "more": 1},
    {"kind": "add_cut"},
    {"kind": "add_cut", "frame": "10"},
    {"kind": "add_cut", "frame": 10.0},
    {"kind": "add_cut", "frame": True},
    {"kind": "add_cut", "frame": -1},
    {"kind": "add_cut", "frame": 2**31},
    {"kind": "add_cut", "frame": 10, "confirm": "yes"},
    {"kind": "approve", "clips": []},
    {"kind": "approve", "clips": [[0]]},
    {"kind": "approve", "clips": [[0, 30, 31]]},
    {"kind": "approve", "clips": [[0, "30"]]},
    {"kind": "approve", "clips": [0, 30]},
    {"kind": "approve", "clips": [[0, 30]] * 100_001},
    {"kind": "replace_cuts", "cuts": [10], "threshold": float("nan")},
    {"kind": "replace_cuts", "cuts": [10], "threshold": "1"},
    {"kind": "describe", "clip": [0, 30], "notes": "\ud800", "tags": []},
    {"kind": "describe", "clip": [0, 30], "notes": "", "tags": [1]},
    {"kind": "describe", "clip": [0, 30], "notes": "x" * 100_000, "tags": []},
    {"kind": "describe", "clip": [0, 30], "notes": "", "tags": ["x"] * 101},
]


@pytest.mark.parametrize("intent", [*REFUSED, *NONSENSE], ids=lambda intent: str(intent)[:60])
def test_what_cannot_be_done_is_refused_in_words_and_changes_nothing(
    desk: Desk, add_video: AddVideo, intent: Any
) -> None:
    video_id = add_video()
    before = stored(desk.runtime, video_id)

    async def work() -> None:
        tab = await opened(video_id)
        is_dict = isinstance(intent, dict)
        request = tab.request(request_id=REQUEST, **intent) if is_dict else intent
        changes = await tab.send(ReviewState.act, intent=request)
        [answer] = changes["news"]
        assert answer.answers == (REQUEST if isinstance(intent, dict) else "")
        assert (answer.said, answer.to_confirm) == ("", ())
        assert 5 < len(answer.refused) < 200
        assert "\n" not in answer.refused
        assert tab.rows == before

    run(work)
    assert stored(desk.runtime, video_id) == before
    assert action_count(desk.runtime, video_id) == 0


@pytest.mark.parametrize("name", [None, "", "x", REQUEST + "0", [], {}, 1.5, 10**40, True])
def test_a_request_without_a_proper_name_is_refused(
    desk: Desk, add_video: AddVideo, name: Any
) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        intent = tab.request(kind="skip", clips=[[0, 30]], request_id=name)
        [answer] = (await tab.send(ReviewState.act, intent=intent))["news"]
        assert answer.answers == (name if isinstance(name, str) else "")
        assert "request_id" in answer.refused

    run(work)
    assert action_count(desk.runtime, video_id) == 0


def test_an_exported_clip_is_cut_only_if_that_is_confirmed(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()
    clip = give_clip_a_file(desk.runtime, video_id, b"exported")

    async def work() -> None:
        tab = await opened(video_id)
        assert tab.letters == "PEPP"
        answer = await tab.act(kind="remove_cut", frame=30)
        assert answer.to_confirm == (clip.id,)
        assert "exported" in answer.refused
        assert tab.letters == "PEPP"
        answer = await tab.act(kind="remove_cut", frame=30, confirm=True)
        assert (answer.refused, tab.letters) == ("", "PPP")

    run(work)


def test_clips_that_somebody_else_has_cut_meanwhile_are_refused_and_shown(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video()
    bob = add_reviewer(desk.runtime, "Bob")

    async def work() -> None:
        ann_tab = await opened(video_id)
        bob_tab = await opened(video_id, cookie=cookie_of(bob))
        await bob_tab.act(kind="add_cut", frame=50)
        answer = await ann_tab.act(kind="approve", clips=[[31, 75]])
        assert "[31, 75) is not a clip" in answer.refused
        assert ann_tab.rows == bob_tab.rows == stored(desk.runtime, video_id)
        answer = await ann_tab.act(kind="approve", clips=[[31, 50]])
        assert (answer.said, ann_tab.letters) == ("approved clip 3", "PPAPP")

    run(work)


def test_everyone_undoes_their_own(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()
    bob = add_reviewer(desk.runtime, "Bob")

    async def work() -> None:
        ann_tab = await opened(video_id)
        bob_tab = await opened(video_id, cookie=cookie_of(bob))
        await ann_tab.act(kind="skip", clips=[[0, 30]])
        assert ann_tab.values["last_action"] == "skipped clip 1"
        assert ann_tab.values["can_undo"]
        await bob_tab.hear()
        assert (bob_tab.values["last_action"], bob_tab.values["can_undo"]) == ("", False)
        await bob_tab.act(kind="approve", clips=[[0, 30]])
        answer = await ann_tab.act(kind="undo")
        assert "changed by Bob" in answer.refused
        await bob_tab.act(kind="undo")
        assert (bob_tab.values["can_undo"], bob_tab.values["can_redo"]) == (False, True)
        assert (await ann_tab.act(kind="undo")).said == "undone: skipped clip 1"
        assert ann_tab.letters == "PPPP"

    run(work)


def test_two_tabs_of_one_reviewer_know_what_the_other_can_undo(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video()

    async def work() -> None:
        one, two = await opened(video_id), await opened(video_id)
        await one.act(kind="add_cut", frame=10)
        await two.hear()
        assert (two.values["last_action"], two.values["can_undo"]) == ("cut at frame 10", True)
        await two.act(kind="undo")
        assert two.values["can_redo"]
        await one.hear()
        assert (one.values["can_undo"], one.values["can_redo"]) == (False, True)

    run(work)


def test_what_changed_nothing_that_is_shown_is_no_news(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        await tab.act(kind="skip", clips=[[0, 30]])
        assert await tab.hear() == {"details": tab.values["details"]}
        assert await tab.hear() == {}

    run(work)


def test_news_that_were_missed_are_made_up_for_by_a_new_sheet(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        news = []
        for frame in range(1, KEPT_NEWS + 3):
            news = (
                await tab.send(
                    ReviewState.act,
                    intent=tab.request(kind="add_cut", frame=frame),
                )
            )["news"]
        assert [one.number for one in news] == list(range(3, KEPT_NEWS + 3))
        changes = await tab.send(ReviewState.lost)
        assert changes["sheet"].number == news[-1].number
        assert tab.rows == stored(desk.runtime, video_id)
        await tab.act(kind="skip", clips=[[0, 1]])
        assert not tab.missed
        assert tab.rows == stored(desk.runtime, video_id)

    run(work)


def test_a_reload_loses_nothing(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        await tab.act(kind="confirm_cut", frame=30)
        await tab.act(kind="archive", clips=[[0, 30]])
        rows = tab.rows
        await tab.load()
        assert (tab.rows, tab.checked) == (rows, [30])
        assert tab.values["sheet"].number == 0
        assert tab.values["news"] == []
        assert tab.values["last_action"] == "archived clip 1"
        await tab.act(kind="undo")
        assert not tab.missed
        assert tab.letters == "PPPP"

    run(work)


def clip_id_at(runtime: Runtime, video_id: int, frame: int) -> int:
    return next(id_ for id_, start, _, _ in stored(runtime, video_id) if start == frame)


def test_the_address_names_the_clip_to_begin_at(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()
    clip_id = clip_id_at(desk.runtime, video_id, 31)

    async def work() -> None:
        tab = await opened(video_id, query=f"?clip={clip_id}")
        assert tab.values["sheet"].opened_frame == 31
        assert tab.values["details"].id == clip_id
        assert tab.values["notice"] == ""

    run(work)


def test_an_address_with_a_clip_that_was_cut_leads_to_where_it_was(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video()
    clip_id = clip_id_at(desk.runtime, video_id, 31)

    async def work() -> None:
        await (await opened(video_id)).act(kind="add_cut", frame=50)
        tab = await opened(video_id, query=f"?clip={clip_id}")
        assert tab.values["sheet"].opened_frame == 31
        assert "replaced" in tab.values["notice"]

    run(work)


@pytest.mark.parametrize("query", ["?clip=999999", "?clip=x", "?clip=-1", "?clip=", "?other=1"])
def test_an_address_with_no_such_clip_leads_to_the_first_that_waits(
    desk: Desk, add_video: AddVideo, query: str
) -> None:
    video_id = add_video()

    async def work() -> None:
        await (await opened(video_id)).act(kind="skip", clips=[[0, 30]])
        tab = await opened(video_id, query=query)
        assert tab.values["sheet"].opened_frame == 30
        names_a_clip = query.startswith("?clip=") and query != "?clip="
        assert ("no such clip" in tab.values["notice"]) == names_a_clip

    run(work)


def test_an_address_with_a_clip_of_another_video_says_so(desk: Desk, add_video: AddVideo) -> None:
    video_id, other_id = add_video(), add_video()
    clip_id = clip_id_at(desk.runtime, other_id, 31)

    async def work() -> None:
        tab = await opened(video_id, query=f"?clip={clip_id}")
        assert tab.values["sheet"].opened_frame == 0
        assert "another video" in tab.values["notice"]

    run(work)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("video_id", "words"),
    [
        (999_999, "there is no video"),
        ("x", "Page not found"),
        (-1, "Page not found"),
        ("1;2", "Page not found"),
    ],
)
def test_a_desk_of_no_video_is_missing(video_id: object, words: str) -> None:
    async def work() -> None:
        tab = await opened(cast_id(video_id))
        assert words in tab.values["missing"]
        assert not tab.values["is_ready"]
        request = {"kind": "undo", "request_id": REQUEST, "video_id": 1, "reviewer_id": 1}
        changes = await tab.send(ReviewState.act, intent=request)
        assert changes["notice_is_refusal"]
        assert await tab.send(ReviewState.lost) == {}
        assert await tab.send(ReviewState.look, start=0, end=1) == {}

    run(work)


def cast_id(video_id: object) -> Any:
    return video_id


def test_a_desk_opens_by_itself_when_the_scenes_are_found(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video(cuts=())
    with desk.runtime.database.unit_of_work() as uow:
        uow.session.connection().exec_driver_sql(
            "ALTER TABLE clips DISABLE TRIGGER USER; DELETE FROM clips WHERE video_id = "
            f"{video_id}; ALTER TABLE clips ENABLE TRIGGER USER"
        )
        VideoRepository(uow.session).get(video_id).state = VideoState.DETECTING_SCENES

    async def work() -> None:
        tab = await opened(video_id)
        assert not tab.values["is_ready"]
        assert tab.values["card"].words == "finding scenes"
        assert tab.values["video"].src == ""
        with desk.runtime.database.unit_of_work() as uow:
            create_virtual_clips(uow, video_id, [40], reason="adaptive, threshold 3")
            video = VideoRepository(uow.session).get(video_id)
            video.state, video.detector, video.threshold = VideoState.READY, "adaptive", 3.0
        await tab.hear()
        assert tab.values["is_ready"]
        assert tab.starts == [0, 40]
        assert (tab.values["video"].detector, tab.values["video"].threshold) == ("adaptive", 3.0)
        await tab.act(kind="approve", clips=[[0, 40]])
        assert tab.letters == "AP"

    run(work)


def test_details_follow_the_clip_that_is_looked_at(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()

    async def work() -> None:
        tab, other = await opened(video_id), await opened(video_id)
        await tab.send(ReviewState.look, start=31, end=75)
        details = tab.values["details"]
        assert (details.start_frame, details.end_frame, details.words) == (31, 75, "pending")
        assert details.file_name == f"Numbers_{video_id}_0000031-0000075.mp4"
        size_bytes = tab.values["video"].size_bytes
        assert details.file_bytes == size_bytes * 44 // FRAMES
        await other.act(kind="describe", clip=[31, 75], notes="rain", tags=["night"])
        await other.act(kind="approve", clips=[[31, 75]])
        await other.act(kind="confirm_cut", frame=31)
        await tab.hear()
        details = tab.values["details"]
        assert (details.notes, list(details.tags), details.letter) == ("rain", ["night"], "A")
        assert [event.words for event in details.history] == ["approved it"]
        assert details.history[0].reviewer == "you"
        await other.act(kind="add_cut", frame=40)
        await tab.hear()
        details = tab.values["details"]
        assert (details.start_frame, details.end_frame, details.notes) == (31, 40, "rain")
        assert [event.words for event in details.history] == ["cut at frame 40"]

    run(work)


def test_details_name_the_export_the_error_and_what_is_alike(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video()
    clip = give_clip_a_file(desk.runtime, video_id, b"exported")

    def change(state: ClipState, error: str | None = None) -> None:
        with desk.runtime.database.unit_of_work() as uow:
            row = ClipRepository(uow.session).get(clip.id or 0)
            row.state, row.last_error = state, error

    async def work() -> None:
        tab = await opened(video_id, query=f"?clip={clip.id}")
        details = tab.values["details"]
        assert details.export.startswith(f"/media/clips/{clip.id}/export?v=")
        assert (details.similar, details.can_retry) == ("", False)
        change(ClipState.EMBEDDED)
        await tab.hear()
        assert tab.values["details"].similar == f"/clips/{clip.id}/similar"
        change(ClipState.KEYFRAME_FAILED, "no disk")
        await tab.hear()
        details = tab.values["details"]
        assert (details.error, details.can_retry, tab.letters) == ("no disk", True, "P!PP")
        answer = await tab.act(kind="retry", clip=[30, 31])
        assert answer.said == "trying the clip again"

    run(work)


@pytest.mark.parametrize("odd", [None, "x", [], {}, -5, 10**30, 1.5, True])
def test_a_look_at_no_clip_shows_something_sensible(
    desk: Desk, add_video: AddVideo, odd: Any
) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        for start, end in ((odd, 10), (10, odd), (odd, odd)):
            await tab.send(ReviewState.look, start=start, end=end)
            assert tab.values["details"].id in {row[0] for row in tab.rows}

    run(work)


def test_keys_are_kept_and_come_back(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()
    reviewer = cookie_of(add_reviewer(desk.runtime, "Cid"))
    keys = {"preset": "cvat", "remaps": {"approve": ["Enter"]}}

    async def work() -> None:
        tab = await opened(video_id, cookie=reviewer)
        assert tab.values["keys"] == {"preset": "heaters", "remaps": {}}
        await tab.send(ReviewState.save_keys, keys=keys)
        assert tab.values["keys"] == keys
        assert (await opened(video_id, cookie=reviewer)).values["keys"] == keys
        changes = await tab.send(ReviewState.save_keys, keys={"preset": 1})
        assert changes["notice_is_refusal"]
        assert (await opened(video_id, cookie=reviewer)).values["keys"] == keys

    run(work)


@pytest.mark.parametrize("cookie", ["", f"{SESSIONS.cookie_name}=forged"])
def test_a_request_without_a_session_is_not_answered_so_that_the_tab_keeps_it(
    desk: Desk, add_video: AddVideo, cookie: str
) -> None:
    video_id = add_video()
    before = stored(desk.runtime, video_id)

    async def work() -> None:
        tab = await opened(video_id)
        tab.cookie = cookie
        for intent in ({"kind": "skip", "clips": [[0, 30]]}, {"kind": "undo"}):
            changes = await tab.send(ReviewState.act, intent=tab.request(**intent))
            assert "news" not in changes
            assert "signed out" in changes["notice"]

    run(work)
    assert stored(desk.runtime, video_id) == before


@pytest.mark.parametrize(
    "intent",
    [{"kind": "add_cut", "frame": 50}, {"kind": "skip", "clips": [[0, 30]]}, {"kind": "undo"}],
    ids=lambda intent: str(intent["kind"]),
)
def test_a_request_about_another_video_changes_neither(
    desk: Desk, add_video: AddVideo, intent: dict[str, Any]
) -> None:
    left, shown = add_video(), add_video()

    async def work() -> None:
        tab = await opened(left)
        await tab.act(kind="approve", clips=[[31, 75]])
        late = tab.request(**intent)  # made while the page of the other desk is on its way
        tab.video_id = shown
        await tab.load()
        await tab.act(kind="approve", clips=[[31, 75]])
        assert "another video" in (await tab.act(**late)).refused
        assert (tab.starts, tab.letters) == ([0, 30, 31, 75], "PPAP")

    run(work)
    assert [action_count(desk.runtime, video_id) for video_id in (left, shown)] == [1, 1]


def test_a_request_that_does_not_name_its_video_is_refused(desk: Desk, add_video: AddVideo) -> None:
    video_id = add_video()

    async def work() -> None:
        tab = await opened(video_id)
        for name in ("video_id", "reviewer_id"):
            request = tab.request(kind="skip", clips=[[0, 30]])
            del request[name]
            [*_, answer] = (await tab.send(ReviewState.act, intent=request))["news"]
            assert name in answer.refused

    run(work)
    assert action_count(desk.runtime, video_id) == 0


def test_what_waits_in_a_tab_is_not_done_by_who_signs_in_next(
    desk: Desk, add_video: AddVideo
) -> None:
    video_id = add_video()
    ann, bob = (add_reviewer(desk.runtime, name) for name in ("Ann", "Bob"))

    async def work() -> None:
        tab = await opened(video_id, cookie=cookie_of(ann))
        waiting = tab.request(kind="skip", clips=[[0, 30]])
        tab.cookie = cookie_of(bob)
        changes = await tab.send(ReviewState.act, intent=waiting)
        assert "someone else" in changes["notice"]
        assert "news" not in changes
        assert changes["sheet"].reviewer_id == bob
        assert tab.letters == "PPPP"
        await tab.act(kind="approve", clips=[[0, 30]])
        assert tab.letters == "APPP"
        tab.cookie = cookie_of(ann)
        await tab.load()
        assert (await tab.act(**waiting)).said == "skipped clip 1"

    run(work)
    actions = trail_of(desk.runtime.database, video_id)[-2:]
    assert [(action.kind, action.reviewer_id) for action in actions] == [
        ("approve", bob),
        ("skip", ann),
    ]
