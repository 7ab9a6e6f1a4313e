"""Builds the frontend once, and serves it together with everything behind it on one port.

``python -m heaters.web HOST PORT`` is the serving process; ``start_web`` starts it.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path

from heaters.domain.errors import ExternalFailure, InvalidConfiguration
from heaters.embedded.locks import locked
from heaters.parent import end_with_parent
from heaters.services.sessions import web_token

_ROOT = Path(__file__).parent.parent
_BUILD = _ROOT / ".web"
_SOURCES = (
    "rxconfig.py",
    "reflex.lock/bun.lock",
    "assets/**/*",
    "heaters/heaters.py",
    "heaters/same_origin.py",
    *(f"heaters/{package}/*.py" for package in ("pages", "components", "state")),
)
"""What the built pages are made of."""
_STEPS = {
    "Initializing the web": "unpacking the frontend",
    "Installing": "installing the frontend's packages",
    "Compiling:": "compiling the pages",
    "Creating Production": "bundling the pages",
}
_START_S = 60.0
_STOP_S = 10.0


def build_frontend(on_step: Callable[[str], None]) -> None:
    """Build the pages unless the last build was of the same sources.

    Args:
        on_step: told in a few words what is being done, where that takes time.

    Raises:
        ExternalFailure: the build failed, for instance because a package could not be fetched.
    """
    _BUILD.mkdir(exist_ok=True)
    with locked(_ROOT / ".web" / "build.lock"):
        stamp = _BUILD / "built-from"
        sources = _sources_hash()
        if stamp.exists() and stamp.read_text() == sources:
            return
        stamp.unlink(missing_ok=True)
        with _keeping_layout(_ROOT / "reflex.lock" / "package.json"):
            _export(on_step)
        stamp.write_text(sources)


def start_web(*, host: str, port: int) -> subprocess.Popen[bytes]:
    """Start serving the built pages, and return once they answer.

    The process reads the same ``HEATERS_*`` variables as this one, and is a user of the embedded
    servers of its own. On Linux it ends when this process ends.

    Raises:
        InvalidConfiguration: the host is not this machine's own, or the port is taken.
        ExternalFailure: it does not come up.
    """
    _require_loopback(host)
    _require_free(host, port)
    environment = os.environ | {
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }
    command = [sys.executable, "-m", "heaters.web", host, str(port)]
    process = subprocess.Popen(command, cwd=_ROOT, env=environment, stdin=subprocess.DEVNULL)
    try:
        _wait_until_ready(process, host, port)
    except BaseException:
        stop_web(process)
        raise
    return process


def stop_web(process: subprocess.Popen[bytes]) -> None:
    """Stop what ``start_web`` started; pages that are open will find the next one by themselves."""
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def web_address(host: str, port: int, data_dir: Path) -> str:
    """Return the address that signs a browser in. It is a secret."""
    return f"{_origin(host, port)}/sign-in?token={web_token(data_dir)}"


@contextmanager
def _keeping_layout(path: Path) -> Iterator[None]:
    """Undo a change of the layout of a JSON file: Reflex writes its own in one of two."""
    before = path.read_text()
    yield
    if json.loads(path.read_text()) == json.loads(before):
        path.write_text(before)


def _export(on_step: Callable[[str], None]) -> None:
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    on_step("building the pages")
    with subprocess.Popen(
        command,
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines = [*lines[-19:], line.strip()]
            for start, step in _STEPS.items():
                if start in line:
                    on_step(step)
    if process.returncode != 0:
        reason = " | ".join(line for line in lines if line)
        raise ExternalFailure(f"cannot build the pages: {reason[-1000:]}")


def _sources_hash() -> str:
    digest = hashlib.sha256(version("reflex").encode())
    for pattern in _SOURCES:
        for path in sorted(_ROOT.glob(pattern)):
            if path.is_file():
                digest.update(f"{path.relative_to(_ROOT)}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _require_loopback(host: str) -> None:
    try:
        if host == "localhost" or ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise InvalidConfiguration(
        f"cannot serve on {host}: Heaters has no accounts yet, so it serves this machine only"
        " (127.0.0.1); use an SSH tunnel from elsewhere"
    )


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InvalidConfiguration(
                f"cannot serve on port {port}: {error.strerror};"
                " choose another with --port or HEATERS_PORT"
            ) from error


def _wait_until_ready(process: subprocess.Popen[bytes], host: str, port: int) -> None:
    for _ in _until(_START_S):
        if process.poll() is not None:
            raise ExternalFailure("the web server ended while it was starting: see above")
        try:
            with urllib.request.urlopen(f"{_origin(host, port)}/health", timeout=1):  # noqa: S310 - http, ours
                return
        except OSError:
            time.sleep(0.05)
    raise ExternalFailure(f"the web server does not answer after {_START_S:.0f} s")


def _until(seconds: float) -> Iterator[None]:
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        yield


def _origin(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _serve(host: str, port: int) -> None:
    from granian.constants import Interfaces, RuntimeModes
    from granian.log import LogLevels
    from granian.server import Server

    end_with_parent()
    Server(
        "heaters.heaters:serve",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        # With threads of its own Granian 2.8 now and then drops Python objects from one that does
        # not hold the interpreter when sockets end, which ends the process (its issue 884).
        runtime_mode=RuntimeModes.st,
        # It warns of a worker that it kills because a browser has begun a request and not ended
        # it; nothing is lost by that.
        log_level=LogLevels.error,
        log_access=False,  # the first address holds the token
        workers_kill_timeout=int(_STOP_S / 2),
    ).serve()


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
