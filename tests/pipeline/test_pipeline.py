"""One source through the whole pipeline, and sources that cannot be used."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from heaters.domain.lifecycle import ClipState, VideoState
from heaters.models import LOCAL_REVIEWER_ID, ArtifactKind, Video
from heaters.pipeline.runner import Runner
from heaters.repositories.artifacts import ArtifactRepository
from heaters.services.reviewing import approve
from heaters.services.searching import similar_clips
from tests.support.barcodes import decode_barcodes, write_barcode_video
from tests.support.library import Library

FPS = Fraction(30000, 1001)
CUTS = (20, 45, 70)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Four shots of numbered frames, with B-frames."""
    return write_barcode_video(
        tmp_path / "a 'quoted' name.mp4", fps=FPS, frame_count=100, bframes=2, cuts=CUTS
    )


def settled(library: Library, video_id: int) -> Video | None:
    video = library.video(video_id)
    failed = video.state.value.endswith("_failed") and video.next_attempt_at is None
    return video if video.state == VideoState.READY or failed else None


def approve_all(library: Library, video_id: int) -> list[int]:
    ids = [clip.id for clip in library.clips(video_id) if clip.id is not None]
    with library.runtime.database.unit_of_work() as uow:
        approve(uow, ids, reviewer_id=LOCAL_REVIEWER_ID)
    return ids


def test_a_source_becomes_clips_that_are_exported_embedded_and_found(
    library: Library, source: Path
) -> None:
    with library.worker():
        video_id = library.ingest(source)
        video = library.wait_for(lambda: settled(library, video_id))
        assert (video.state, video.last_error) == (VideoState.READY, None)
        assert (video.fps, video.frame_count) == (FPS, 100)
        clips = library.clips(video_id)
        assert tuple(clip.start_frame for clip in clips[1:]) == CUTS
        assert {clip.state for clip in clips} == {ClipState.PENDING_REVIEW}

        ids = approve_all(library, video_id)
        library.wait_for(lambda: all(library.clip(i).state == ClipState.EMBEDDED for i in ids))

    with library.runtime.database.unit_of_work() as uow:
        artifacts = ArtifactRepository(uow.session)
        for clip in library.clips(video_id):
            assert clip.id is not None
            (export,) = artifacts.of_clip(clip.id, ArtifactKind.EXPORT)
            shown = decode_barcodes(library.file(export))
            assert shown == list(range(clip.start_frame, clip.end_frame))
            keyframes = artifacts.of_clip(clip.id, ArtifactKind.KEYFRAME)
            assert len(keyframes) == 3
            assert all(clip.start_frame <= (k.frame or 0) < clip.end_frame for k in keyframes)
        found = similar_clips(uow, ids[0], limit=10)
    assert {neighbour.clip_id for neighbour in found} == set(ids[1:])
    assert [n.similarity for n in found] == sorted((n.similarity for n in found), reverse=True)


def test_the_scores_of_every_frame_are_stored(library: Library, source: Path) -> None:
    with library.worker():
        video_id = library.ingest(source)
        library.wait_for(lambda: settled(library, video_id))
    scores = library.runtime.store.get_bytes(library.artifact(video_id, ArtifactKind.SCORES).key)
    values = np.frombuffer(scores, "<f4")
    assert values.shape == (100,)
    assert set(np.argsort(values)[-3:]) == set(CUTS)


def test_the_master_holds_the_sources_very_packets(library: Library, source: Path) -> None:
    with library.worker():
        video_id = library.ingest(source)
        library.wait_for(lambda: settled(library, video_id))

    def packets(path: Path) -> list[bytes]:
        with av.open(str(path)) as container:
            return [bytes(packet) for packet in container.demux(video=0) if packet.size]

    assert packets(library.file(library.artifact(video_id, ArtifactKind.MASTER))) == packets(source)


def test_the_original_is_gone_once_the_master_is_there(library: Library, source: Path) -> None:
    with library.worker():
        video_id = library.ingest(source)
        library.wait_for(lambda: settled(library, video_id))
    stored = [found.key for found in library.runtime.store.list_objects()]
    assert not [key for key in stored if key.startswith("originals/")]
    assert len(stored) == len({"proxy", "master", "analysis", "poster", "scores"})


def test_running_a_finished_stage_again_changes_nothing(library: Library, source: Path) -> None:
    with library.worker():
        video_id = library.ingest(source)
        library.wait_for(lambda: settled(library, video_id))
    before = library.video(video_id).model_dump()
    stored = {found.key for found in library.runtime.store.list_objects()}
    for stage in ("download", "preprocess", "detect_scenes"):
        Runner(library.tools).run(stage, video_id)
    assert library.video(video_id).model_dump() == before
    assert {found.key for found in library.runtime.store.list_objects()} == stored


def test_a_clip_that_cannot_be_exported_holds_up_no_other(library: Library, source: Path) -> None:
    with library.worker():
        video_id = library.ingest(source)
        library.wait_for(lambda: settled(library, video_id))
        *others, broken = (clip.id for clip in library.clips(video_id) if clip.id is not None)
        proxy = library.file(library.artifact(video_id, ArtifactKind.PROXY))
        proxy.chmod(0o600)
        os.truncate(proxy, proxy.stat().st_size * 95 // 100)  # within the last clip's frames
        approve_all(library, video_id)
        library.wait_for(
            lambda: (
                library.clip(broken).last_error
                and all(library.clip(i).state == ClipState.EMBEDDED for i in others)
            )
        )
    assert library.clip(broken).state == ClipState.EXPORT_FAILED


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        pytest.param("notes.mp4", b"not a video at all" * 100, "not a video", id="text"),
        pytest.param("empty.mp4", b"", "empty", id="empty"),
    ],
)
def test_what_is_not_a_video_fails_for_good_with_the_reason(
    library: Library, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with library.worker():
        video_id = library.ingest(path)
        video = library.wait_for(lambda: settled(library, video_id))
    assert video.state == VideoState.PREPROCESS_FAILED
    assert reason in (video.last_error or "")
    assert library.artifact(video_id, ArtifactKind.ORIGINAL), "what was given is not lost"
    assert library.clips(video_id) == []


def test_audio_alone_fails_for_good_with_the_reason(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "song.m4a"
    with av.open(str(path), "w", "mp4") as container:
        stream = container.add_stream("aac", rate=48000)
        silence = np.zeros((1, 1024), np.float32)
        for _ in range(50):
            frame = av.AudioFrame.from_ndarray(silence, format="fltp", layout="mono")
            frame.sample_rate = 48000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with library.worker():
        video_id = library.ingest(path)
        video = library.wait_for(lambda: settled(library, video_id))
    assert video.state == VideoState.PREPROCESS_FAILED
    assert "'song' has sound only" in (video.last_error or "")


def test_a_source_that_was_cut_off_keeps_what_can_be_seen_and_says_so(
    library: Library, tmp_path: Path
) -> None:
    whole = write_barcode_video(tmp_path / "whole.mkv", fps=Fraction(25), frame_count=100, gop=10)
    path = tmp_path / "cut off.mkv"
    data = whole.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    with library.worker():
        video_id = library.ingest(path)
        video = library.wait_for(lambda: settled(library, video_id))
    assert video.state == VideoState.READY
    assert "ends_early" in [warning["code"] for warning in video.warnings]
    assert video.frame_count is not None
    assert 30 < video.frame_count < 100
    proxy = library.file(library.artifact(video_id, ArtifactKind.PROXY))
    assert decode_barcodes(proxy)[:30] == list(range(30))
