"""What is wrong with a command line, in words of this program rather than of its libraries."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

_IDS = {"video": "a video's id", "clip": "a clip's id", "frame": "a frame's number"}


@contextmanager
def plain_usage_errors() -> Iterator[None]:
    """Put what the block finds wrong with the arguments into plain words.

    Raises:
        typer.BadParameter: as the block does.
        typer.TyperException: any other fault of usage, as the block raises it.
    """
    try:
        yield
    except typer.BadParameter as error:
        error.message = _about_value(error)
        raise
    except typer.TyperException as error:
        option = getattr(error, "option_name", None)
        if isinstance(option, str) and (file := _file_taken_for(option)):
            error.message += f"; a file of that name is written ./{file}"
        raise


def _about_value(error: typer.BadParameter) -> str:
    # Loaded only now, and by the error: a command whose arguments are right needs none of it.
    from pydantic import ValidationError

    if not isinstance(error.__cause__, ValidationError):
        return error.message
    first = error.__cause__.errors(include_url=False)[0]
    given = repr(first["input"])
    if first["type"] == "value_error":
        return str(first.get("ctx", {}).get("error", first["msg"]))
    if first["type"].startswith("int_"):
        name = (error.param.name or "").removesuffix("s").removeprefix("to_") if error.param else ""
        return f"{given} is not {_IDS.get(name, 'a whole number')}"
    if first["type"].startswith("float_"):
        return f"{given} is not a number"
    return first["msg"].replace("Input", given, 1)


def _file_taken_for(option: str) -> str | None:
    """Return the argument that was meant as a file, of those that begin as the option does."""
    for argument in sys.argv[1:]:
        if argument.startswith(option) and ("." in argument or Path(argument).exists()):
            return argument
    return None
