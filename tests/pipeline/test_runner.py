"""How work is claimed, lost, retried and given up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlmodel import col, update

from heaters.domain.errors import ExternalFailure, InvalidInput, NotFound
from heaters.domain.lifecycle import VideoState
from heaters.domain.stages import STAGES
from heaters.models import Video
from heaters.pipeline import runner
from heaters.pipeline.broker import Sender, make_broker, queue_length, send_jobs
from heaters.pipeline.reconciler import reconcile
from heaters.pipeline.runner import Runner
from heaters.pipeline.task import LeaseLost, Task
from heaters.pipeline.worker import running_worker
from heaters.repositories.database import Job
from heaters.services.ingest import add_address
from heaters.services.retrying import retry_video
from tests.support.clock import set_database_clock, utc_now
from tests.support.library import Library
from tests.support.proxy import Fault, Proxy, proxy_to

DOWNLOAD = STAGES["download"]
short_lease = pytest.mark.parametrize("library", [{"lease_s": 0.4}], indirect=True)


@pytest.fixture
def video_id(library: Library) -> int:
    with library.runtime.database.unit_of_work() as uow:
        video = add_address(uow, "https://example.org/a.mp4")
    assert video.id is not None
    return video.id


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Task], None]], None]:
    """Give the function that says what the download stage does in this test."""

    def replace(does: Callable[[Task], None]) -> None:
        monkeypatch.setitem(runner.WORK, "download", does)  # pyright: ignore[reportArgumentType]

    return replace


def claim(library: Library, video_id: int) -> Task | None:
    return Task.claim(DOWNLOAD, video_id, library.tools, threading.Event())


def set_video(library: Library, video_id: int, **values: object) -> None:
    with library.runtime.database.unit_of_work() as uow:
        uow.session.exec(update(Video).where(col(Video.id) == video_id).values(**values))


def no_rows(*_: object) -> None:
    """Write no result."""


def test_a_row_is_claimed_by_one_worker_only(library: Library, video_id: int) -> None:
    assert claim(library, video_id) is not None
    assert claim(library, video_id) is None
    assert library.video(video_id).state == VideoState.DOWNLOADING


def test_of_many_workers_that_claim_at_once_one_gets_the_row(
    library: Library, video_id: int
) -> None:
    start = threading.Barrier(8)
    won: list[Task] = []

    def race() -> None:
        start.wait()
        task = claim(library, video_id)
        if task is not None:
            won.append(task)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_worker_whose_lease_ran_out_can_write_nothing_once_another_has_the_row(
    library: Library, video_id: int
) -> None:
    slow = claim(library, video_id)
    assert slow is not None
    set_video(library, video_id, lease_until=utc_now() - timedelta(seconds=1))
    quick = claim(library, video_id)
    assert quick is not None

    def rename(_uow: object, video: object) -> None:
        assert isinstance(video, Video)
        video.title = "written by the slow worker"

    with pytest.raises(LeaseLost):
        slow.finish(rename)
    with pytest.raises(LeaseLost):
        slow.fail(ExternalFailure("too late"))
    quick.finish(no_rows)
    video = library.video(video_id)
    assert (video.title, video.state, video.last_error) == ("a.mp4", VideoState.DOWNLOADED, None)


@short_lease
def test_a_heartbeat_keeps_the_row_from_others_for_longer_than_a_lease(
    library: Library, video_id: int
) -> None:
    task = claim(library, video_id)
    assert task is not None
    first_end = library.video(video_id).lease_until
    with task.kept_alive():
        library.wait_for(
            lambda: library.video(video_id).lease_until > first_end + timedelta(seconds=0.5)
        )
        assert claim(library, video_id) is None


@short_lease
def test_a_lost_lease_cancels_the_work(library: Library, video_id: int) -> None:
    task = claim(library, video_id)
    assert task is not None
    with task.kept_alive():
        set_video(library, video_id, lease_owner=None)
        assert task.cancelled.wait(10)


@pytest.mark.parametrize("library", [{"retry_base_s": 60}], indirect=True)
def test_an_error_that_may_heal_is_tried_again_with_growing_delays_and_then_stays(
    library: Library, video_id: int, work: Callable[[Callable[[Task], None]], None]
) -> None:
    def fails(_task: Task) -> None:
        raise ExternalFailure("the network is down")

    work(fails)
    delays: list[timedelta] = []
    for _ in range(library.runtime.settings.max_attempts):
        begun = utc_now()
        Runner(library.tools).run("download", video_id)
        video = library.video(video_id)
        assert (video.state, video.last_error) == (
            VideoState.DOWNLOAD_FAILED,
            "the network is down",
        )
        if video.next_attempt_at is not None:
            delays.append(video.next_attempt_at - begun)
            set_video(library, video_id, next_attempt_at=utc_now())
    assert len(delays) == library.runtime.settings.max_attempts - 1
    assert delays == sorted(delays)
    assert library.video(video_id).next_attempt_at is None
    assert claim(library, video_id) is None


def test_an_error_that_cannot_heal_is_not_tried_again(
    library: Library, video_id: int, work: Callable[[Callable[[Task], None]], None]
) -> None:
    def fails(_task: Task) -> None:
        raise InvalidInput("no such page")

    work(fails)
    Runner(library.tools).run("download", video_id)
    video = library.video(video_id)
    assert (video.state, video.next_attempt_at) == (VideoState.DOWNLOAD_FAILED, None)


def test_no_path_of_a_job_s_own_folder_reaches_people(
    library: Library, video_id: int, work: Callable[[Callable[[Task], None]], None]
) -> None:
    def fails(task: Task) -> None:
        with task.scratch() as folder:
            raise NotFound(f"{folder / 'master.mp4'} does not exist")

    work(fails)
    Runner(library.tools).run("download", video_id)
    assert library.video(video_id).last_error == (
        "the stage download met an unexpected error (NotFound); the worker's log has the details"
    )


@pytest.mark.parametrize("stage_name", ["download", "preprocess"])
def test_an_error_that_no_code_foresaw_is_recorded_in_one_line_and_raised(
    library: Library, video_id: int, monkeypatch: pytest.MonkeyPatch, stage_name: str
) -> None:
    def fails(_task: Task) -> None:
        raise KeyError("of a row\nthat is secret")

    stage = STAGES[stage_name]
    set_video(library, video_id, state=stage.due)
    monkeypatch.setitem(runner.WORK, stage_name, fails)  # pyright: ignore[reportArgumentType]
    with pytest.raises(KeyError):
        Runner(library.tools).run(stage_name, video_id)
    video = library.video(video_id)
    assert (video.state, video.last_error) == (
        stage.failed,
        f"the stage {stage_name} met an unexpected error (KeyError);"
        " the worker's log has the details",
    )
    assert video.next_attempt_at is not None


def test_a_statement_that_fails_is_in_neither_the_row_nor_the_log_and_its_traceback_is(
    library: Library,
    video_id: int,
    work: Callable[[Callable[[Task], None]], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    statement, value = "SELECT length(:value)" + " + 1" * 3, "secret" + "\0"

    def fails(task: Task) -> None:
        with task.tools.database.unit_of_work() as uow:
            uow.session.connection().execute(text(statement), {"value": value})

    work(fails)
    broker = make_broker(library.runtime.redis_url)
    with running_worker(library.tools, library.runtime.redis_url):
        send_jobs(broker, [Job("download", video_id)])
        library.wait_for(lambda: library.video(video_id).state == VideoState.DOWNLOAD_FAILED)
    broker.close()
    error = library.video(video_id).last_error or ""
    assert error.startswith("the stage download met an unexpected error (DataError)")
    assert "Traceback" in caplog.text
    assert "DataError" in caplog.text
    for hidden in ("secret", "length("):
        assert hidden not in error + caplog.text


def test_a_retry_gives_a_failed_row_all_its_attempts_again(
    library: Library, video_id: int, work: Callable[[Callable[[Task], None]], None]
) -> None:
    set_video(library, video_id, state="download_failed", attempts=5, last_error="x")
    work(lambda task: task.finish(no_rows))
    with library.runtime.database.unit_of_work() as uow:
        retry_video(uow, video_id)
    Runner(library.tools).run("download", video_id)
    video = library.video(video_id)
    assert (video.state, video.attempts, video.last_error) == (VideoState.DOWNLOADED, 0, None)


def test_what_has_not_failed_cannot_be_retried(library: Library, video_id: int) -> None:
    with (
        pytest.raises(InvalidInput, match="not failed"),
        library.runtime.database.unit_of_work() as uow,
    ):
        retry_video(uow, video_id)


def test_a_row_that_kills_its_workers_is_given_up(
    library: Library, video_id: int, work: Callable[[Callable[[Task], None]], None]
) -> None:
    work(lambda task: pytest.fail("it must not be tried again"))
    set_video(
        library,
        video_id,
        state="downloading",
        attempts=library.runtime.settings.max_attempts,
        lease_until=utc_now() - timedelta(seconds=1),
    )
    Runner(library.tools).run("download", video_id)
    video = library.video(video_id)
    assert video.state == VideoState.DOWNLOAD_FAILED
    assert video.next_attempt_at is None
    assert "the worker died 5 times" in (video.last_error or "")


def test_a_worker_that_is_stopped_gives_its_row_back_uncounted(
    library: Library, video_id: int, work: Callable[[Callable[[Task], None]], None]
) -> None:
    begun = threading.Event()

    def works_until_cancelled(task: Task) -> None:
        begun.set()
        assert task.cancelled.wait(10)
        raise ExternalFailure("cancelled")

    work(works_until_cancelled)
    running = Runner(library.tools)
    thread = threading.Thread(target=running.run, args=("download", video_id))
    thread.start()
    assert begun.wait(10)
    running.stop()
    thread.join()
    video = library.video(video_id)
    assert (video.state, video.attempts, video.lease_owner) == (VideoState.NEW, 0, None)


def test_progress_is_stored_while_the_lease_is_held(library: Library, video_id: int) -> None:
    task = claim(library, video_id)
    assert task is not None
    task.report(0.25)
    assert library.video(video_id).progress == pytest.approx(0.25)
    task.finish(no_rows)
    task._last_report_s = 0.0
    task.report(0.75)
    assert library.video(video_id).progress is None


def test_the_reconciler_sends_what_is_due_and_has_no_message(
    library: Library, video_id: int, tmp_path: Path
) -> None:
    broker = make_broker(library.runtime.redis_url)
    library.wait_for(lambda: queue_length(broker, "download") == 1)
    broker.flush("download")
    assert reconcile(library.runtime.database, broker) == 1
    assert queue_length(broker, "download") == 1
    assert reconcile(library.runtime.database, broker) == 0, "its message is still waiting"
    broker.close()


def test_the_reconciler_leaves_alone_what_a_worker_holds_or_nobody_may_retry(
    library: Library, video_id: int
) -> None:
    broker = make_broker(library.runtime.redis_url)
    broker.flush("download")
    assert claim(library, video_id) is not None
    assert reconcile(library.runtime.database, broker) == 0
    set_video(library, video_id, state="download_failed", lease_owner=None)
    assert reconcile(library.runtime.database, broker) == 0
    broker.close()


@pytest.fixture
def redis_proxy(library: Library) -> Iterator[Proxy]:
    """A proxy in front of the message server."""
    url = urlsplit(library.runtime.redis_url)
    with proxy_to(url.hostname or "", url.port or 0) as proxy:
        yield proxy


def address_of(library: Library, proxy: Proxy) -> str:
    url = urlsplit(library.runtime.redis_url)
    return library.runtime.redis_url.replace(f":{url.port}/", f":{proxy.port}/")


def test_thousands_of_jobs_are_sent_in_a_few_round_trips(
    library: Library, redis_proxy: Proxy
) -> None:
    broker = make_broker(address_of(library, redis_proxy))
    broker.flush("export")
    send_jobs(broker, [Job("export", 1)])
    answers = redis_proxy.answers
    send_jobs(broker, [Job("export", clip_id) for clip_id in range(2, 2001)])
    assert redis_proxy.answers - answers < 100
    assert queue_length(broker, "export") == 2000
    consumer = broker.consume("export", prefetch=2)
    assert next(consumer).args == (1,)
    assert next(consumer).args == (2,)
    broker.flush("export")
    broker.close()


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.HANGING, Fault.CUT_OFF])
def test_a_message_server_that_is_away_holds_no_one_up_and_the_reconciler_sends_later(
    library: Library, video_id: int, redis_proxy: Proxy, fault: Fault
) -> None:
    broker = make_broker(address_of(library, redis_proxy))
    sender = Sender(broker)
    redis_proxy.set(fault)
    for _ in range(1000):
        sender([Job("download", video_id)])
    if fault is not Fault.REFUSED:
        assert redis_proxy.held.wait(10), "what was sent did reach the message server"
    with pytest.raises(RedisError):
        send_jobs(broker, [Job("download", video_id)])
    with pytest.raises(RedisError):
        reconcile(library.runtime.database, broker)
    redis_proxy.set(Fault.NONE)
    sender.close()
    broker.flush("download")
    assert reconcile(library.runtime.database, broker) == 1
    broker.close()


def test_what_was_committed_just_before_the_end_is_sent(library: Library) -> None:
    broker = make_broker(library.runtime.redis_url)
    broker.flush("export")
    sender = Sender(make_broker(library.runtime.redis_url))
    sender([Job("export", 1), Job("export", 2)])
    sender.close()
    assert queue_length(broker, "export") == 2
    broker.flush("export")
    broker.close()


@pytest.fixture(params=[-5, 5], ids=["five minutes behind", "five minutes ahead"])
def wrong_clock(request: pytest.FixtureRequest, library: Library) -> timedelta:
    """How far this host's clock is ahead of the database's."""
    offset = timedelta(minutes=request.param)
    set_database_clock(library.runtime.database, -offset)
    return offset


def test_a_host_whose_clock_is_wrong_writes_right_times_and_delays_nothing(
    library: Library,
    wrong_clock: timedelta,
    work: Callable[[Callable[[Task], None]], None],
    tmp_path: Path,
) -> None:
    def fails(_task: Task) -> None:
        raise ExternalFailure("the network is down")

    with library.runtime.database.unit_of_work() as uow:
        video_id = add_address(uow, "https://example.org/b.mp4").id or 0
    work(fails)
    Runner(library.tools).run("download", video_id)
    video = library.video(video_id)
    truth = utc_now() - wrong_clock
    assert video.next_attempt_at is not None
    for written in (video.created_at, video.next_attempt_at):
        assert abs(written - truth) < timedelta(minutes=1)
    with library.runtime.database.unit_of_work() as uow:
        retry_video(uow, video_id)
    assert claim(library, video_id) is not None, "it is due at once, whatever clock the host has"
