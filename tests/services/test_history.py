"""The history: what each action was about, and whether it is in force."""

from __future__ import annotations

from heaters.models import ActionKind
from heaters.repositories.actions import ActionRepository, HistoryEntry
from heaters.services.cutting import add_cut
from heaters.services.reviewing import approve, skip
from heaters.services.undoing import redo, undo
from heaters.state.words import action_words
from tests.support.desk import Desk


def history(desk: Desk, video_id: int, **page: int) -> list[HistoryEntry]:
    """Return what reviewers did, the oldest first."""
    entries = desk.act(lambda uow: ActionRepository(uow.session).history(video_id, **page))
    return [entry for entry in reversed(entries) if entry.revision > 1]


def test_an_action_is_in_force_again_after_its_redo(desk: Desk):
    video, ann = desk.video(100), desk.reviewer()
    desk.act(add_cut, video, 60, reviewer_id=ann)
    standing: list[list[bool]] = []
    for service in (undo, redo, undo, redo):
        desk.act(service, reviewer_id=ann)
        standing.append([entry.is_in_force for entry in history(desk, video, limit=9)])
    assert standing == [
        [False, True],
        [True, False, True],
        [False, True, False, True],
        [True, False, True, False, True],
    ]


def test_undo_and_redo_say_what_they_are_about(desk: Desk):
    video, ann = desk.video(100, [40]), desk.reviewer()
    desk.act(skip, desk.clip_ids(video)[1:], reviewer_id=ann)
    desk.act(add_cut, video, 20, reviewer_id=ann)
    desk.act(approve, desk.clip_ids(video), reviewer_id=ann)
    for service in (undo, redo, undo, undo, redo, undo, undo):
        desk.act(service, reviewer_id=ann)
    entries = history(desk, video, limit=99)
    assert [action_words(entry) for entry in entries] == [
        "skipped the clip at frames 40–99",
        "cut at frame 20",
        "approved 3 clips",
        "undone: approved 3 clips",
        "redone: approved 3 clips",
        "undone: approved 3 clips",
        "undone: cut at frame 20",
        "redone: cut at frame 20",
        "undone: cut at frame 20",
        "undone: skipped the clip at frames 40–99",
    ]
    assert [entry.kind for entry in entries[3:5]] == [ActionKind.UNDO, ActionKind.REDO]


def test_the_history_comes_page_by_page(desk: Desk):
    video, ann = desk.video(100), desk.reviewer()
    for frame in (10, 20, 30):
        desk.act(add_cut, video, frame, reviewer_id=ann)
    assert [entry.frame for entry in history(desk, video, limit=2)] == [20, 30]
    assert [entry.frame for entry in history(desk, video, limit=2, before_revision=4)] == [10, 20]
