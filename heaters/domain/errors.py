"""The tree of errors: each class names one broken rule and carries its facts.

``str(error)`` is one line for a person: what is wrong, and what to do where that is not obvious.
"""

from __future__ import annotations


class HeatersError(Exception):
    """Base of every refusal and failure that Heaters names itself.

    Attributes:
        heals: whether the same call may succeed later without anyone changing anything. A job that
            fails with an error that does not heal is not retried.
    """

    heals = False


class InvalidInput(HeatersError):
    """What the user gave cannot be used: a broken file, a dead address, an unknown name."""


class NotFound(InvalidInput):
    """A row, file or object that was named does not exist."""


class InvalidConfiguration(HeatersError):
    """A setting or an installed part is missing or wrong."""


class ExternalFailure(HeatersError):
    """Something outside failed in a way that may pass: a network, a disk, a killed process."""

    heals = True


class Cancelled(HeatersError):
    """Somebody asked the work to stop; it has, and what it wrote is not whole."""


class IllegalTransition(HeatersError):
    """A state change that the lifecycle table does not allow."""

    def __init__(self, subject: str, state: str, target: str) -> None:
        super().__init__(f"{subject} is {state}; it cannot become {target}")
        self.subject, self.state, self.target = subject, state, target
