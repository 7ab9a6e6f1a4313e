"""How a reviewer likes the review desk: its keys, kept with the reviewer, not in the browser."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heaters.domain.errors import InvalidInput, NotFound
from heaters.models import Reviewer
from heaters.repositories.database import UnitOfWork

DEFAULT_PRESET = "heaters"

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Key = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,40}$")]
_Keys = Annotated[list[_Key], Field(max_length=8)]


class Keyboard(BaseModel):
    """A preset, and the keys of the commands that differ from it.

    Which presets, commands and names of keys there are is the browser's business
    (``assets/desk/keyboard/keymap.js``): it leaves out what it does not know.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    preset: _Name = DEFAULT_PRESET
    remaps: Annotated[dict[_Name, _Keys], Field(max_length=200)] = {}


def keyboard(uow: UnitOfWork, reviewer_id: int) -> Keyboard:
    """Return the reviewer's keys; the default ones where none are kept.

    Raises:
        NotFound: there is no such reviewer.
    """
    return Keyboard.model_validate(_reviewer(uow, reviewer_id).keys)


def save_keyboard(uow: UnitOfWork, reviewer_id: int, keys: object) -> Keyboard:
    """Keep these keys, as a browser sent them, and return them.

    Raises:
        NotFound: there is no such reviewer.
        InvalidInput: they are not what ``Keyboard`` says.
    """
    try:
        saved = Keyboard.model_validate(keys)
    except ValidationError:
        raise InvalidInput("these are no keys: give a preset, and keys for commands") from None
    _reviewer(uow, reviewer_id).keys = saved.model_dump()
    return saved


def _reviewer(uow: UnitOfWork, reviewer_id: int) -> Reviewer:
    reviewer = uow.session.get(Reviewer, reviewer_id)
    if reviewer is None:
        raise NotFound(f"there is no reviewer {reviewer_id}")
    return reviewer
