"""The tree of errors: each class names one broken rule and carries its facts.

``str(error)`` is one line for a person: what is wrong, and what to do where that is not obvious.
"""

from __future__ import annotations

_LONGEST = 300
"""Characters of a foreign error's own words that are shown."""


class HeatersError(Exception):
    """Base of every refusal and failure that Heaters names itself.

    Attributes:
        heals: whether the same call may succeed later without anyone changing anything. A job that
            fails with an error that does not heal is not retried.
        detail: what else is known, for a log or a terminal; names hosts, so it is on no page.
    """

    heals = False

    def __init__(self, reason: str = "", *, detail: str = "") -> None:
        super().__init__(reason)
        self.detail = detail


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


class Unexpected(HeatersError):
    """An error that nobody foresaw; the log has all of it."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"this could not be done, unexpectedly: {in_words(error)}")


class StageBroken(HeatersError):
    """A job met an error that no code foresaw; the worker's log has all of it.

    Args:
        what: the job, e.g. ``"the stage export"``.
        kind: the error's class.
    """

    heals = True

    def __init__(self, what: str, kind: str) -> None:
        super().__init__(
            f"{what} met an unexpected error ({kind}); the worker's log has the details"
        )


def in_words(error: BaseException) -> str:
    """Return any error as one line that a person may read."""
    if isinstance(error, HeatersError):
        return str(error)
    said = " ".join(str(error).split())[:_LONGEST]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
