"""What is asked before something that was named is added to the library."""

from __future__ import annotations

from dataclasses import dataclass

from heaters.domain.names import counted
from heaters.services.finding import Found
from heaters.services.ingest import AlreadyHere


@dataclass(frozen=True)
class Question:
    """A question with one way to say yes; ``words`` is empty while nothing is asked.

    Attributes:
        words: what is the matter, up to the video's title if there is one.
        video_id: a video that it is about; 0 for none.
        title: that video's title.
        rest: what there is to say after the title.
        yes: what the button says.
    """

    words: str = ""
    video_id: int = 0
    title: str = ""
    rest: str = ""
    yes: str = ""


NO_QUESTION = Question()


def known(here: AlreadyHere, what: str) -> Question:
    """Ask whether ``what`` is to be added although the library has it."""
    failed = f", which failed: {here.failure}" if here.failure else ""
    return Question(
        f"{what} is already here as", here.video_id, here.title, f"{failed}.", "Add it again"
    )


def folder_of(found: Found) -> Question:
    """Ask whether all videos of a folder are to be added."""
    videos = counted(len(found.files), "video")
    its = "its video" if len(found.files) == 1 else f"its {videos}"
    others = len(found.others)
    rest = f" {counted(others, 'other file')} {'is' if others == 1 else 'are'} left out."
    return Question(f"That is a folder. Add {its}?{rest if others else ''}", yes=f"Add {videos}")
