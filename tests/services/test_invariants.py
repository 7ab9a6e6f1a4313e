"""The check finds what is broken: each rule is broken in turn, and must be named with its row."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlmodel import Session

from heaters.domain.lifecycle import BUSY_CLIP_STATES, ClipState, decision
from heaters.repositories.cancelling import cancelled_by
from heaters.repositories.engine import DatabaseBusy
from heaters.repositories.invariants import RULES, Finding, InvariantRepository
from heaters.services.cutting import add_cut, confirm_cut, move_cut, remove_cut
from heaters.services.invariants import MAX_FINDINGS, Verification, last_check, record_check
from heaters.services.reviewing import approve, archive, group, skip, ungroup
from heaters.services.undoing import redo, undo
from tests.support.clock import utc_now
from tests.support.desk import Desk

UNGUARDED = """
    ALTER TABLE clips DISABLE TRIGGER USER;
    ALTER TABLE videos DISABLE TRIGGER USER;
    ALTER TABLE actions DISABLE TRIGGER USER;
    ALTER TABLE clips DROP CONSTRAINT ex_clips_live_overlap;
"""


@pytest.fixture(scope="module")
def story(shared_desk: Desk) -> dict[str, int]:
    """A video with a history of every kind of action: its ids by name."""
    desk, ann = shared_desk, shared_desk.reviewer()
    video = desk.video(100, [20, 40, 60, 80])
    a, b, c, d, e = desk.clip_ids(video)
    desk.act(add_cut, video, 10, reviewer_id=ann)
    desk.act(move_cut, video, 40, 45, reviewer_id=ann)
    desk.act(confirm_cut, video, 60, reviewer_id=ann)
    desk.act(confirm_cut, video, 80, reviewer_id=ann)
    desk.act(undo, reviewer_id=ann)
    desk.act(redo, reviewer_id=ann)
    desk.act(remove_cut, video, 20, reviewer_id=ann)
    desk.act(undo, reviewer_id=ann)
    desk.act(redo, reviewer_id=ann)
    desk.act(approve, [d, e], reviewer_id=ann)
    desk.act(skip, [e], reviewer_id=ann)
    desk.act(archive, [e], reviewer_id=ann)
    desk.act(group, [d, e], reviewer_id=ann)
    desk.act(ungroup, [e], reviewer_id=ann)
    desk.work(d)
    other = desk.video(50)
    return {"video": video, "other": other, "a": a, "b": b, "c": c, "d": d, "e": e}


def all_broken(repository: InvariantRepository) -> list[Finding]:
    return [found for rule in RULES for found in repository.broken(rule, limit=1000)[0]]


@pytest.fixture
def unguarded(shared_desk: Desk) -> Iterator[tuple[Session, InvariantRepository]]:
    """A session in which the database refuses nothing, and that is rolled back."""
    with Session(shared_desk.database.engine) as session:
        repository = InvariantRepository(session)
        session.connection().exec_driver_sql(UNGUARDED)
        yield session, repository
        session.rollback()


_LAST = "(SELECT max(id) FROM actions WHERE video_id = :video AND kind = "
_OF_KIND = f"UPDATE actions SET {{}} WHERE id = {_LAST}'{{}}')"

TILING = "live clips tile every video"
WORK = "work is leased, and failures have a reason"
CLIP_FILES = "clips have the files of their state"
VIDEO_FILES = "videos have the files of their state"
NUMBERS = "the actions of a video are numbered without a gap"
CHAIN = "every action finds clips as the one before left them, and the last one as they are"
FRAMES = "an action gives back the frames that it takes, and the first one covers the video"
CLAIMS = "actions do what they say"
REVERSALS = "an undo or a redo gives clips back what they were"


@pytest.mark.parametrize(
    ("damage", "rule", "where"),
    [
        ("UPDATE clips SET start_frame = 81 WHERE id = :e", TILING, "clip {e}"),
        ("UPDATE clips SET start_frame = 79 WHERE id = :e", TILING, "clip {e}"),
        ("UPDATE clips SET end_frame = 99 WHERE id = :e", TILING, "video {video}"),
        ("UPDATE clips SET state = 'superseded' WHERE id = :d", TILING, "clip {e}"),
        ("UPDATE clips SET state = 'pending_review' WHERE id = :a", TILING, None),
        ("UPDATE videos SET frame_count = 101 WHERE id = :video", TILING, "video {video}"),
        ("UPDATE clips SET state = 'exporting' WHERE id = :d", WORK, "clip {d}"),
        ("UPDATE clips SET lease_until = now() WHERE id = :d", WORK, "clip {d}"),
        ("UPDATE clips SET state = 'keyframe_failed' WHERE id = :d", WORK, "clip {d}"),
        ("UPDATE videos SET state = 'detect_failed' WHERE id = :video", WORK, "video {video}"),
        ("UPDATE artifacts SET retired_at = now() WHERE clip_id = :d", CLIP_FILES, "clip {d}"),
        ("DELETE FROM artifacts WHERE kind = 'keyframe' AND clip_id = :d", CLIP_FILES, "clip {d}"),
        ("DELETE FROM embeddings WHERE clip_id = :d", CLIP_FILES, "clip {d}"),
        ("UPDATE artifacts SET clip_id = :e WHERE clip_id = :d", CLIP_FILES, "clip {e}"),
        ("UPDATE artifacts SET frame = 80 WHERE kind = 'keyframe'", CLIP_FILES, "clip {d}"),
        ("UPDATE artifacts SET video_id = :other WHERE clip_id = :d", CLIP_FILES, "clip {d}"),
        ("DELETE FROM artifacts WHERE kind = 'proxy'", VIDEO_FILES, "video {video}"),
        ("UPDATE videos SET state = 'downloaded' WHERE id = :video", VIDEO_FILES, "video {video}"),
        (
            "UPDATE clip_groups SET video_id = :other WHERE video_id = :video",
            "a group is of one video",
            "clip {d}",
        ),
        ("UPDATE videos SET revision = revision + 1 WHERE id = :video", NUMBERS, "video {video}"),
        (f"DELETE FROM actions WHERE id = {_LAST}'skip')", NUMBERS, "video {video}"),
        (f"DELETE FROM actions WHERE id = {_LAST}'skip')", CHAIN, None),
        ("UPDATE clips SET state = 'review_archived' WHERE id = :d", CHAIN, "clip {d}"),
        ("UPDATE clips SET revision = 1 WHERE id = :d", CHAIN, "clip {d}"),
        ("UPDATE clips SET group_id = NULL WHERE id = :d", CHAIN, "clip {d}"),
        ("UPDATE clips SET start_frame = 0, end_frame = 1 WHERE id = :a", CHAIN, "clip {a}"),
        (
            "INSERT INTO clips (video_id, start_frame, end_frame, state, created_at)"
            " VALUES (:video, 0, 1, 'superseded', now())",
            CHAIN,
            None,
        ),
        ("DELETE FROM clips WHERE id = :e", CHAIN, "clip {e}"),
        (
            _OF_KIND.format("changes = jsonb_set(changes, '{0,end_frame}', '11')", "add_cut"),
            FRAMES,
            None,
        ),
        (_OF_KIND.format("frame = 11", "add_cut"), CLAIMS, None),
        (_OF_KIND.format("frame = 46", "move_cut"), CLAIMS, None),
        (_OF_KIND.format("to_frame = 46", "move_cut"), CLAIMS, None),
        (_OF_KIND.format("frame = 21", "remove_cut"), CLAIMS, None),
        (_OF_KIND.format("kind = 'archive'", "skip"), CLAIMS, None),
        (_OF_KIND.format("kind = 'add_cut'", "move_cut"), CLAIMS, None),
        (_OF_KIND.format("kind = 'ungroup'", "group"), CLAIMS, None),
        (_OF_KIND.format("kind = 'group'", "ungroup"), CLAIMS, None),
        (_OF_KIND.format("kind = 'replace_cuts'", "approve"), CLAIMS, None),
        (_OF_KIND.format("kind = 'approve'", "remove_cut"), CLAIMS, None),
        (_OF_KIND.format("changes = '[]'", "skip"), CLAIMS, None),
        (_OF_KIND.format("changes = changes || changes", "skip"), CLAIMS, None),
        (_OF_KIND.format("frame = 61", "confirm_cut"), CLAIMS, None),
        (_OF_KIND.format("frame = 0", "confirm_cut"), CLAIMS, None),
        (_OF_KIND.format("frame = NULL", "confirm_cut"), CLAIMS, None),
        (_OF_KIND.format("kind = 'confirm_cut'", "skip"), CLAIMS, None),
        (_OF_KIND.format("kind = 'skip'", "confirm_cut"), CLAIMS, None),
        (_OF_KIND.format("kind = 'undo'", "redo"), REVERSALS, None),
        (_OF_KIND.format("changes = '[]'", "undo"), REVERSALS, None),
        (_OF_KIND.format("reviewer_id = NULL", "undo"), REVERSALS, None),
        (_OF_KIND.format("changes = changes - 0", "undo"), REVERSALS, None),
        (
            _OF_KIND.format("changes = jsonb_set(changes, '{0,after,revision}', '0')", "undo"),
            REVERSALS,
            None,
        ),
    ],
)
def test_damage_is_found_and_named(
    unguarded: tuple[Session, InvariantRepository],
    story: dict[str, int],
    damage: str,
    rule: str,
    where: str | None,
):
    session, repository = unguarded
    assert all_broken(repository) == []
    session.connection().execute(text(damage), story)
    found = [finding for finding in all_broken(repository) if finding.rule == rule]
    assert found
    if where is not None:
        assert where.format(**story) in [finding.where for finding in found]


def test_every_rule_says_what_it_demands(unguarded: tuple[Session, InvariantRepository]):
    assert len(RULES) == 10
    assert all(rule and ";" not in rule and query.count("--") == 1 for rule, query in RULES.items())


def test_database_and_lifecycle_agree_on_what_was_decided(shared_desk: Desk):
    with shared_desk.database.unit_of_work() as uow:
        for state in ClipState:
            query = text("SELECT clip_decision(:state)")
            assert uow.session.connection().scalar(query, {"state": state}) == decision(state)


@pytest.mark.parametrize("state", ClipState)
def test_database_and_lifecycle_agree_on_which_states_are_work(
    unguarded: tuple[Session, InvariantRepository], story: dict[str, int], state: ClipState
):
    session, repository = unguarded
    session.connection().execute(
        text("UPDATE clips SET state = :state, last_error = 'none' WHERE id = :d"),
        story | {"state": state},
    )
    is_work = any(finding.rule == WORK for finding in all_broken(repository))
    assert is_work == (state in BUSY_CLIP_STATES)


def test_what_a_check_found_is_kept(shared_desk: Desk):
    started_at = utc_now()
    found = Verification()
    shared_desk.act(record_check, found, started_at=started_at)
    found.add("a rule", [Finding("a rule", f"clip {n}", "is broken") for n in range(120)], 1234)
    shared_desk.act(record_check, found, started_at=started_at)
    check = shared_desk.act(last_check)
    assert check is not None
    assert check.finding_count == 1234
    assert len(check.findings) == MAX_FINDINGS + 1
    assert check.findings[0] == {"rule": "a rule", "where": "clip 0", "what": "is broken"}
    assert check.findings[-1] == {"rule": "a rule", "where": "more", "what": "and 1,134 more"}
    assert check.started_at == started_at <= check.ended_at


def test_of_each_rule_the_first_findings_come_with_a_count(
    unguarded: tuple[Session, InvariantRepository],
):
    session, repository = unguarded
    session.connection().execute(text("UPDATE videos SET revision = revision + 7"))
    total = session.connection().scalar(text("SELECT count(*) FROM videos"))
    found, count = repository.broken(NUMBERS, limit=1)
    assert (len(found), count) == (1, total)


def test_a_rule_that_takes_long_is_given_up_when_the_process_stops(shared_desk: Desk):
    stopped = threading.Event()
    stopped.set()
    with (
        pytest.raises(DatabaseBusy),
        shared_desk.database.unit_of_work() as uow,
        cancelled_by(uow.session, stopped),
    ):
        uow.session.connection().execute(text("SELECT pg_sleep(60)"))
