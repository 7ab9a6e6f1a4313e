"""Many processes at once, some killed: nothing broken, nothing lost, nothing left locked."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from heaters.domain.cuts import NoSuchCut
from heaters.repositories.engine import DatabaseBusy
from heaters.services.cutting import add_cut, remove_cut
from heaters.services.invariants import check_invariants
from tests.support.desk import Desk
from tests.support.storm import storm


@pytest.mark.parametrize("video_count", [1, 4])
def test_a_storm_of_operations_and_kills_breaks_nothing(desk: Desk, video_count: int):
    url = desk.database.engine.url.render_as_string(hide_password=False)
    videos = [desk.video(400, range(25, 400, 25)) for _ in range(video_count)]
    reviewers = [desk.reviewer() for _ in range(8)]
    outcome = storm(url, videos, reviewers, operations=30, kill_one_in=20, seed=video_count)
    assert outcome.failures == []
    assert outcome.kill_count > 0
    assert outcome.operation_count == 8 * 30
    with desk.database.engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(text("LOCK TABLE videos, clips, actions IN EXCLUSIVE MODE"))
        query = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert connection.scalar(query) == 0
    stored = [action.id for video in videos for action in desk.actions(video)[1:]]
    assert len(outcome.action_ids) == len(set(outcome.action_ids))
    assert set(outcome.action_ids) <= set(stored)
    assert len(stored) - len(outcome.action_ids) <= outcome.kill_count
    assert desk.act(check_invariants) == []


def test_operations_on_different_videos_do_not_wait_for_each_other(desk: Desk):
    one, other, ann = desk.video(100), desk.video(100), desk.reviewer()
    with desk.database.unit_of_work() as uow:
        add_cut(uow, one, 50, reviewer_id=ann)
        desk.act(add_cut, other, 50, reviewer_id=ann)  # commits while the first is under way
    assert desk.timeline(one) == desk.timeline(other)


def test_operations_on_one_video_are_carried_out_one_after_the_other(desk: Desk):
    video, ann, bob = desk.video(100, [50]), desk.reviewer(), desk.reviewer()
    with desk.database.unit_of_work() as uow:
        remove_cut(uow, video, 50, reviewer_id=ann)
        with desk.database.unit_of_work() as second, pytest.raises(DatabaseBusy):
            second.session.connection().execute(text("SET LOCAL lock_timeout = '50ms'"))
            remove_cut(second, video, 50, reviewer_id=bob)
    with pytest.raises(NoSuchCut):
        desk.act(remove_cut, video, 50, reviewer_id=bob)
