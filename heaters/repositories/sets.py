"""Conditions on sets of any size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY


def among(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """Return the condition that ``column`` is one of ``values``, which are one parameter.

    ``IN`` has a parameter for each, and PostgreSQL allows 65,535 in a statement.

    Args:
        column: a column of a table, as ``col`` gives it.
        values: of the column's type; where there are none, nothing matches.
    """
    return column == any_(bindparam(None, list(values), type_=ARRAY(column.type), unique=True))
