"""Settings, read once from the environment (``HEATERS_*``).

Only the outermost layers (``cli``, ``heaters.py``, ``pipeline``) read them; everything below takes
what it needs as arguments.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from heaters.domain.errors import InvalidConfiguration
from heaters.domain.keyframes import KeyframeStrategy


class Settings(BaseSettings):
    """Every setting, its unit and its default. See ``docs/configuration.md``."""

    model_config = SettingsConfigDict(env_prefix="HEATERS_", frozen=True, extra="ignore")

    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("heaters", appauthor=False)),
        description="Folder of embedded servers, secrets, local objects and caches; made 0700.",
    )
    database_url: SecretStr | None = Field(
        None, description="A server PostgreSQL (postgresql://…) in place of the embedded one."
    )
    redis_url: SecretStr | None = Field(
        None, description="A Redis 7 compatible server (redis://…) in place of the embedded one."
    )
    storage_url: str | None = Field(
        None, description="file:/folder or s3://bucket/prefix; default: objects/ in data_dir."
    )
    s3_endpoint_url: str | None = Field(None, description="S3 endpoint other than AWS's own.")
    s3_region: str | None = Field(None, description="S3 region.")
    s3_master_storage_class: str = Field("GLACIER", description="Storage class of masters.")
    s3_storage_class: str = Field("STANDARD", description="Storage class of all other objects.")

    host: str = Field("127.0.0.1", description="Address that the web server binds to.")
    port: int = Field(3000, ge=1, le=65535, description="Port that the web server binds to.")

    ffmpeg: Path | None = Field(None, description="A system ffmpeg in place of the packaged one.")
    proxy_max_height: int | None = Field(
        None, ge=64, description="Cap on the proxy's height in pixels; default: the source's own."
    )
    media_max_pixels: int = Field(
        8192 * 8192, ge=1, description="Refuse videos with more pixels in a picture."
    )
    media_max_streams: int = Field(1000, ge=1, description="Refuse files with more streams.")
    media_max_packets: int = Field(
        20_000_000, ge=1, description="Refuse videos with more packets of picture and sound."
    )
    media_max_hours: float = Field(48, gt=0, description="Refuse videos that last longer.")
    media_memory_bytes: int = Field(
        8 * 2**30, ge=2**28, description="Memory that a process which opens a source may write to."
    )
    preprocess_max_s: float = Field(
        86400, gt=0, description="Seconds that the preparation of one video may take."
    )
    detector: str = Field("adaptive", description="adaptive, content, transnetv2 or union.")
    embedder: str = Field(
        "efficientnet-lite0", description="efficientnet-lite0, or clip:FOLDER of ONNX files."
    )
    keyframe_strategy: KeyframeStrategy = Field(
        KeyframeStrategy.MULTI, description="midpoint or multi."
    )
    embedding_strategy: str = Field(
        "keyframe_multi_avg", description="keyframe_single or keyframe_multi_avg."
    )

    download_allow_private: bool = Field(
        False, description="Allow downloads from private and loopback addresses."
    )
    download_max_bytes: int | None = Field(None, description="Refuse downloads above this size.")
    upload_max_bytes: int = Field(200 * 2**30, description="Refuse uploads above this size.")

    worker_threads: int = Field(2, ge=1, description="Jobs that one worker runs at a time.")
    lease_s: float = Field(60, gt=0, description="Seconds a job may be silent before it is lost.")
    max_attempts: int = Field(5, ge=1, description="Attempts at a job before it stays failed.")
    retry_base_s: float = Field(5, gt=0, description="First retry delay; doubles per attempt.")
    reconcile_s: float = Field(5, gt=0, description="Seconds between two looks for lost work.")

    retention_days: float = Field(
        7, ge=0, description="Days that retired files are kept for undo to bring them back."
    )

    maintenance_s: float = Field(
        3600, gt=0, description="Seconds between two rounds of deleting, checking and sweeping."
    )
    scratch_max_bytes: int | None = Field(
        None, gt=0, description="Most that jobs may keep in scratch/; default: what the disk has."
    )

    log_level: str = Field("warning", description="debug, info, warning or error.")


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        InvalidConfiguration: a variable holds what it cannot.
    """
    try:
        return Settings()  # pyright: ignore[reportCallIssue]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "HEATERS_" + "_".join(str(part) for part in first["loc"]).upper()
        said = first["msg"].removeprefix("Input ").partition(", unable")[0]
        raise InvalidConfiguration(f"{name} {said}") from None
