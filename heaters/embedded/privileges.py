"""Run PostgreSQL, which refuses to run as root, all the same when we are root."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from heaters.domain.errors import InvalidConfiguration

_NOBODY = 65534  # on every Linux; initdb wants a user number that has a name


def not_as_root(data: Path, death_signal: signal.Signals) -> list[str]:
    """Return what to put before a command that refuses to run as root; nothing for other users.

    A user namespace in which root goes by the name of nobody needs no change to any file. Where
    that is forbidden (containers forbid it by default) the command runs as nobody indeed, who gets
    the files in ``data`` and keeps root's right to pass the folders above them.

    Raises:
        InvalidConfiguration: we are root and neither way works here.
    """
    if os.geteuid() != 0:
        return []
    namespace = ["unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}", "--"]
    switch = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    switch += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    # The kernel forgets the signal that processes.start() asked for when the user changes.
    switch += [f"--pdeathsig={death_signal.name.removeprefix('SIG')}", "--"]
    for prefix, owner in ((namespace, 0), (switch, _NOBODY)):
        if _works([*prefix, "true"]):
            _give_to(data, owner)
            return prefix
    raise InvalidConfiguration(
        "PostgreSQL refuses to run as root, and this system allows neither user namespaces nor"
        " switching to another user: run heaters as an ordinary user, or set HEATERS_DATABASE_URL"
    )


def _works(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _give_to(folder: Path, owner: int) -> None:
    if folder.stat().st_uid == owner:
        return
    for path in folder.rglob("*"):
        os.chown(path, owner, owner, follow_symlinks=False)
    os.chown(folder, owner, owner)
