"""A command loads what it needs, and nothing else: so it starts at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from heaters.cli.main import COMMANDS, load
from tests.support.servers import wait_until_stopped

PROGRAM = """
import atexit, pathlib, sys
def tell():
    names = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
    pathlib.Path(sys.argv[0]).write_text("\\n".join(sorted(names)))
atexit.register(tell)
from heaters.cli import main
main()
"""

HELP = {"heaters", "typer", "annotated_doc", "shellingham"}
SETTINGS = {"pydantic", "pydantic_core", "pydantic_settings", "platformdirs", "dotenv"} | {
    "annotated_types",
    "typing_extensions",
    "typing_inspection",
}
DATABASE = {"psycopg", "psycopg_binary", "cython_runtime"}
READING = HELP | SETTINGS | DATABASE
TABLES = {"rich", "markdown_it", "mdurl", "pygments"}
CHANGING = {"sqlalchemy", "sqlmodel", "pgvector", "greenlet", "numpy", "structlog"} | {
    *("dramatiq", "redis", "cryptography", "cffi", "attr", "attrs", "tenacity"),
    *TABLES,  # structlog looks for rich
}


def loaded(tmp_path: Path, data_dir: Path, *arguments: str) -> set[str]:
    """Return the packages that a command has loaded by its end."""
    told = tmp_path / "told"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HEATERS_DATA_DIR", str(data_dir))
        subprocess.run(
            [
                sys.executable,
                "-c",
                f"import sys; sys.argv[0] = {str(told)!r}\n{PROGRAM}",
                *arguments,
            ],
            check=False,
            capture_output=True,
            timeout=120,
        )
    return {name for name in told.read_text().split() if not name.startswith("_")}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("data")
    loaded(folder, folder, "clips")  # makes the database, migrations and all
    yield folder
    wait_until_stopped(folder)


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (("--help",), HELP),
        (("clips", "--help"), READING),
        (("clips", "--json"), READING),
        (("videos", "--json"), READING),
        (("videos",), READING | TABLES),
        (("undo",), READING | CHANGING),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_plain_command_loads_no_more_than_it_needs(
    tmp_path: Path, data_dir: Path, arguments: tuple[str, ...], allowed: set[str]
) -> None:
    assert loaded(tmp_path, data_dir, *arguments) <= allowed


def test_the_list_of_commands_says_what_each_commands_own_help_says() -> None:
    for name, (_, summary) in COMMANDS.items():
        first = (load(name).help or "").partition("\n")[0]
        assert first == summary, name
        assert len(summary) <= 68, f"{name}: cut off in a terminal of 80 columns"
