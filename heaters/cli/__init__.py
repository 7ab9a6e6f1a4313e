"""The command line: JSON where a program may read, one clear line for bad input."""

from heaters.cli.main import main

__all__ = ["main"]
