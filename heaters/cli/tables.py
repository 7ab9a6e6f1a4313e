"""Tables for people, as wide as the terminal: what a command needs next is never cut off."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from heaters.cli.output import Column, printable

_UNCUT = 10_000  # columns where no person reads: nothing may be shortened
_ROWS_A_PAGE = 500  # set together; widths only grow from page to page
_GAP = 2
_NARROWEST = 8


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their headings, a page as soon as its rows are there."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _UNCUT)
    widths = [cell_len(column.name) for column in columns]
    remaining, headed = iter(rows), False
    while (page := _page(remaining)) or not headed:
        for number in range(len(columns)):
            widths[number] = max([widths[number], *(cell_len(row[number]) for row in page)])
        console.print(_table(columns, widths, page, console.width, headed=not headed))
        headed = True


def _page(rows: Iterator[Sequence[object]]) -> list[list[str]]:
    return [
        ["" if cell is None else printable(str(cell)) for cell in row]
        for row in islice(rows, _ROWS_A_PAGE)
    ]


def _table(
    columns: Sequence[Column],
    natural: Sequence[int],
    page: Sequence[Sequence[str]],
    width: int,
    *,
    headed: bool,
) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, show_header=headed)
    fitted = _fitted(columns, natural, width)
    for number, cells in fitted.items():
        column = columns[number]
        overflow = "fold" if column.wraps else "ellipsis"
        table.add_column(column.name, width=cells, no_wrap=not column.wraps, overflow=overflow)
    for row in page:
        table.add_row(*(Text(row[number]) for number in fitted))
    return table


def _fitted(columns: Sequence[Column], natural: Sequence[int], width: int) -> dict[int, int]:
    """Return which columns find room, and how wide each is.

    Args:
        columns: all of them, by number.
        natural: how wide each would be.
        width: of the terminal, in cells.
    """
    least = {number: column.least for number, column in enumerate(columns)}
    fitted = {number: min(cells, least[number] or cells) for number, cells in enumerate(natural)}

    def spare() -> int:
        return width - sum(fitted.values()) - _GAP * (len(fitted) - 1)

    for number in reversed(range(len(columns))):
        if spare() < 0 and columns[number].can_go:
            del fitted[number]
    flexible = [number for number in fitted if least[number]]
    # Room is shared, the last column first, and once more: what one leaves, another may take.
    for others, number in reversed([*enumerate(flexible), *enumerate(flexible)]):
        room = fitted[number] + spare() // (others + 1)
        fitted[number] = max(_NARROWEST, min(natural[number], room))
    return fitted
