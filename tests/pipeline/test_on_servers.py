"""The same pipeline over a server PostgreSQL, Redis and S3, by configuration alone."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import SecretStr

from heaters.config import Settings
from heaters.domain.errors import InvalidConfiguration
from heaters.domain.lifecycle import ClipState, VideoState
from heaters.models import LOCAL_REVIEWER_ID, ArtifactKind
from heaters.repositories.artifacts import ArtifactRepository
from heaters.runtime import open_runtime
from heaters.services.reviewing import approve
from tests.support.barcodes import decode_barcodes, write_barcode_video
from tests.support.library import open_library
from tests.support.s3 import CREDENTIALS, s3_endpoint


def test_a_source_becomes_exported_clips_in_s3(
    tmp_path: Path, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    source = write_barcode_video(tmp_path / "a.mp4", fps=Fraction(25), frame_count=60, cuts=[25])
    with s3_endpoint() as endpoint:
        bucket = endpoint.new_bucket()
        with open_library(
            tmp_path / "data",
            database_url,
            redis_url,
            storage_url=f"s3://{bucket}/library",
            s3_endpoint_url=endpoint.url,
        ) as library:
            video_id = library.ingest(source)
            with library.worker():
                library.wait_for(lambda: library.video(video_id).state == VideoState.READY)
                clips = library.clips(video_id)
                ids = [clip.id for clip in clips if clip.id is not None]
                with library.runtime.database.unit_of_work() as uow:
                    approve(uow, ids, reviewer_id=LOCAL_REVIEWER_ID)
                library.wait_for(
                    lambda: all(library.clip(i).state == ClipState.EMBEDDED for i in ids)
                )
            with library.runtime.database.unit_of_work() as uow:
                artifacts = ArtifactRepository(uow.session)
                exports = {i: artifacts.of_clip(i, ArtifactKind.EXPORT)[0] for i in ids}
            for clip in clips:
                out = tmp_path / f"{clip.id}.mp4"
                library.runtime.store.get_file(exports[clip.id or 0].key, out)
                assert decode_barcodes(out) == list(range(clip.start_frame, clip.end_frame))
            classes = {
                kind: endpoint.client.head_object(
                    Bucket=bucket, Key=f"library/{library.artifact(video_id, kind).key}"
                ).get("StorageClass", "STANDARD")
                for kind in (ArtifactKind.MASTER, ArtifactKind.PROXY)
            }
    assert classes == {ArtifactKind.MASTER: "GLACIER", ArtifactKind.PROXY: "STANDARD"}
    assert not (tmp_path / "data" / "objects").exists(), "nothing is kept on this disk"


def test_a_server_database_of_another_version_is_refused_until_it_is_migrated(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    settings = Settings.model_validate(
        {
            "data_dir": tmp_path,
            "database_url": SecretStr(database_url),
            "redis_url": SecretStr(redis_url),
        }
    )
    with pytest.raises(InvalidConfiguration, match="heaters migrate"), open_runtime(settings):
        pass
    with open_runtime(settings, migrate=True):
        pass
    with open_runtime(settings):
        pass
