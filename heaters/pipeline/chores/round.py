"""One round of a chore: what it works with, and how it stops and goes on."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from heaters.domain.errors import Cancelled
from heaters.pipeline.tools import Tools
from heaters.repositories.chores import ChoreRepository
from heaters.storage.errors import NotDeleted

LEASE_S = 600.0
"""A step of any chore takes less; a worker that was killed holds a chore up for as long."""

DAY_S = 24 * 3600


class Round:
    """A claimed round of a chore. ``cursor`` is where an earlier worker left it; empty at first."""

    def __init__(
        self, name: str, cursor: dict[str, Any], owner: UUID, tools: Tools, stopped: threading.Event
    ) -> None:
        self.name, self.cursor, self.tools, self.stopped = name, cursor, tools, stopped
        self._owner = owner

    @property
    def retention_s(self) -> float:
        """For how many seconds what is out of use is kept."""
        return self.tools.settings.retention_days * DAY_S

    def keep(self, cursor: dict[str, Any]) -> None:
        """Keep how far the round is, after each step.

        Raises:
            Cancelled: the worker stops, or another one has taken the round over.
        """
        with self.tools.database.unit_of_work() as uow:
            held = ChoreRepository(uow.session).keep(
                self.name, cursor, owner=self._owner, lease_s=LEASE_S
            )
        if not held:
            raise Cancelled(f"another worker has taken {self.name} over")
        if self.stopped.is_set():
            raise Cancelled(f"{self.name} was stopped")

    def delete(self, keys: Sequence[str], refused: dict[str, str]) -> list[str]:
        """Delete objects; return the keys of those that are gone, and add the rest to ``refused``.

        Args:
            keys: the objects.
            refused: gets the reasons, by key.
        """
        try:
            self.tools.store.delete(*keys)
        except NotDeleted as error:
            refused.update(error.reasons)
            return [key for key in keys if key not in error.reasons]
        return list(keys)
