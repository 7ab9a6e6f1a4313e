"""The process that opens a source; see ``prepare`` for the other side.

Started as ``python -I -m heaters.media.prepare_child`` in the folder to fill. Its events are
``unconfined`` (what could not be given up), ``progress`` (a fraction), and last ``done`` or
``failed``. An error that is none of ours ends it with a traceback on standard error.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import heaters
from heaters.domain.errors import HeatersError
from heaters.media.confinement import die_with, give_up_network, limit_memory
from heaters.media.landlock import see_only


def main() -> None:
    """Prepare one source as told on standard input."""
    stream = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def send(event: str, **facts: Any) -> None:
        stream.write(json.dumps({"event": event, **facts}) + "\n")
        stream.flush()

    request: dict[str, Any] = json.load(sys.stdin)
    # An exception, so that ffmpeg is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    die_with(request["parent_pid"])
    limit_memory(request["memory_bytes"])
    if not give_up_network():
        send("unconfined", what="the network")
    if not see_only(_needed(request), [Path.cwd(), Path(os.devnull)]):
        send("unconfined", what="the file system")
    try:
        facts = _prepare(request, send)
    except MemoryError:
        reason = (
            f"{request['name']!r} needs more memory than"
            f" {request['memory_bytes']:,} bytes (HEATERS_MEDIA_MEMORY_BYTES allows more)"
        )
        send("failed", reason=reason, detail="", heals=False)
    except HeatersError as error:
        send("failed", reason=str(error), detail=error.detail, heals=error.heals)
    else:
        send("done", **facts)


def _needed(request: dict[str, Any]) -> list[Path]:
    """Return what this process and ffmpeg read: the source, Python, programs and their libraries.

    Neither home nor data folder is among it, nor what ``/proc`` tells of other processes.
    """
    programs = Path(request["ffmpeg"]).resolve().parent
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    return [
        Path(request["source"]),
        Path(heaters.__file__).parent,
        *map(Path, (sys.prefix, sys.base_prefix, *filter(None, libraries))),
        *(programs, programs.parent / "lib"),
        *map(Path, ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime")),
        *map(Path, ("/dev/urandom", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu")),
    ]


def _prepare(request: dict[str, Any], send: Any) -> dict[str, Any]:
    # Only now: a thread that a library starts when it is imported would keep the network.
    from heaters.media.keyframes import extract_keyframes, write_jpeg
    from heaters.media.limits import MediaLimits
    from heaters.media.prepare import Prepared, facts_of
    from heaters.media.preprocess import preprocess
    from heaters.media.probe import probe
    from heaters.media.profiles import SINGLE_FRAME
    from heaters.media.proxy import ProxyReader

    source, folder, ffmpeg = Path(request["source"]), Path.cwd(), Path(request["ffmpeg"])
    limits = MediaLimits(**request["limits"])
    made = preprocess(
        source,
        folder,
        probe(source, name=request["name"], limits=limits, ffmpeg=ffmpeg),
        ffmpeg=ffmpeg,
        max_height=request["max_height"],
        on_progress=lambda fraction: send("progress", fraction=float(fraction)),
    )
    poster = folder / "poster.jpg"
    with ProxyReader(made.proxy_path, made.fps) as proxy:
        (image,) = extract_keyframes(proxy, [made.frame_count // 10])
    write_jpeg(image, poster, SINGLE_FRAME)
    return facts_of(Prepared(made, poster))


if __name__ == "__main__":
    main()
