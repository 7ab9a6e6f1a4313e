"""A user of embedded servers in a process of its own, which a test can make leave or kill."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from heaters.embedded import ServerUrls, embedded_servers

ROOT = Path(__file__).parents[2]


class UserProcess:
    """Enters ``embedded_servers(data_dir)`` and stays until it is killed or its block ends."""

    def __init__(
        self, data_dir: Path, *, postgres: bool = True, prefix: Sequence[str] = ()
    ) -> None:
        self.process = subprocess.Popen(
            [*prefix, *command(data_dir, postgres=postgres)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_for_urls(self) -> ServerUrls:
        """Return the addresses once the servers are ready."""
        assert self.process.stdout is not None
        return ServerUrls(**json.loads(self.process.stdout.readline()))

    def kill(self) -> None:
        """Kill the process with SIGKILL and wait for its end."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> UserProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()  # closes its stdin, at which it leaves


def command(data_dir: Path, *, postgres: bool = True) -> list[str]:
    """Return the command line of a user, to be run in ``ROOT``."""
    return [sys.executable, "-m", "tests.embedded.user", str(data_dir), json.dumps(postgres)]


def main() -> None:
    with embedded_servers(Path(sys.argv[1]), postgres=json.loads(sys.argv[2])) as urls:
        sys.stdout.write(json.dumps(vars(urls)) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
