"""Prepare a source in a process of its own, which has no secrets, no network and bounded memory."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import structlog

from heaters.domain.errors import HeatersError, StageBroken
from heaters.domain.warnings import SourceWarning, WarningCode
from heaters.media.child import ChildEnded, ChildStalled, Event, events_of
from heaters.media.limits import MediaLimits
from heaters.media.preprocess import Preprocessed

# ffmpeg is given up after 600 s without a frame; reading the packets of a day takes some minutes.
_STALL_S = 900.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Allowance:
    """What a process that opens a stranger's file may use.

    Attributes:
        memory_bytes: that it, and each process that it starts, may write to.
        total_s: seconds from its start to its end.
    """

    memory_bytes: int
    total_s: float


@dataclass(frozen=True)
class Prepared:
    """What was made of a source: the files of ``made``, and a poster of one of its first frames."""

    made: Preprocessed
    poster_path: Path


class PreparationFailed(HeatersError):
    """The source cannot be used, or its preparation ended early.

    Attributes:
        heals: as the error in the process had it; also true where the process was lost.
    """

    def __init__(self, reason: str, *, heals: bool, detail: str = "") -> None:
        super().__init__(reason, detail=detail)
        self.heals = heals


def prepare(
    source: Path,
    out_dir: Path,
    *,
    name: str,
    ffmpeg: Path,
    limits: MediaLimits,
    allowance: Allowance,
    max_height: int | None,
    on_progress: Callable[[float], None],
    cancelled: threading.Event,
) -> Prepared:
    """Probe and preprocess ``source``, and take its poster; see ``probe`` and ``preprocess``.

    Args:
        source: a file that may be hostile.
        out_dir: an empty folder; what a failure leaves there is the caller's to delete.
        name: what refusals call the source.
        ffmpeg: the program, see ``find_ffmpeg``.
        limits: the most that the source may have.
        allowance: the most that the process may use.
        max_height: the proxy's greatest height in pixels; None keeps the source's.
        on_progress: called about twice a second with a fraction from 0 to 1.
        cancelled: once set, the work stops.

    Raises:
        PreparationFailed: the source is refused, or its preparation ended early.
        Cancelled: ``cancelled`` was set.
    """
    request = {
        "source": str(source.absolute()),
        "name": name,
        "ffmpeg": str(ffmpeg),
        "max_height": max_height,
        "limits": asdict(limits),
        "memory_bytes": allowance.memory_bytes,
    }
    events = events_of(
        "heaters.media.prepare_child",
        request,
        home=out_dir,
        cancelled=cancelled,
        stall_s=_STALL_S,
        total_s=allowance.total_s,
    )
    try:
        with closing(events):
            for event in events:
                match event:
                    case {"event": "progress", "fraction": float(fraction)}:
                        on_progress(fraction)
                    case {"event": "unconfined", "what": str(what)}:
                        _log.warning("this system lets no process give up", what=what)
                    case {"event": "failed"}:
                        raise PreparationFailed(
                            event["reason"], heals=event["heals"], detail=event["detail"]
                        )
                    case {"event": "done"}:
                        return _prepared(event, out_dir)
    except ChildStalled as error:
        raise PreparationFailed(f"{name!r} cannot be prepared: {error}", heals=False) from error
    except ChildEnded as error:
        _log.error("preparing ended early", name=name, last_words="\n".join(error.last_words))
        raise PreparationFailed(_lost(error, name), heals=True) from error
    raise AssertionError("events_of() ends with an error")


def _lost(error: ChildEnded, name: str) -> str:
    if error.returncode < 0:
        killer = signal.Signals(-error.returncode).name
        return f"preparing {name!r} was ended by {killer} (is there enough memory?)"
    kind = (error.last_words or ("no reason given",))[-1].partition(":")[0].strip()
    return str(StageBroken(f"preparing {name!r}", kind))


def facts_of(prepared: Prepared) -> dict[str, Any]:
    """Return the fields of the ``done`` event."""
    made = prepared.made
    return {
        "proxy": made.proxy_path.name,
        "master": made.master_path.name,
        "analysis": made.analysis_path.name,
        "poster": prepared.poster_path.name,
        "fps": str(made.fps),
        "frame_count": made.frame_count,
        "width": made.width,
        "height": made.height,
        "has_audio": made.has_audio,
        "warnings": [warning.as_json() for warning in made.warnings],
    }


def _prepared(event: Event, out_dir: Path) -> Prepared:
    made = Preprocessed(
        proxy_path=out_dir / Path(event["proxy"]).name,
        master_path=out_dir / Path(event["master"]).name,
        analysis_path=out_dir / Path(event["analysis"]).name,
        fps=Fraction(event["fps"]),
        frame_count=event["frame_count"],
        width=event["width"],
        height=event["height"],
        has_audio=event["has_audio"],
        warnings=tuple(
            SourceWarning(WarningCode(warning["code"]), warning["text"])
            for warning in event["warnings"]
        ),
    )
    return Prepared(made, out_dir / Path(event["poster"]).name)
