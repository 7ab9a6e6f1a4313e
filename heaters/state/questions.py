"""What is asked before something that was named is added to the library."""

from __future__ import annotations

from dataclasses import dataclass

from heaters.services.ingest import AlreadyHere
from heaters.state.words import counted


@dataclass(frozen=True)
class Question:
    """A question with one way to say yes; ``words`` is empty while nothing is asked.

    Attributes:
        words: what is the matter, up to the video's title if there is one.
        video_id: a video that it is about; 0 for none.
        title: that video's title.
        yes: what the button says.
    """

    words: str = ""
    video_id: int = 0
    title: str = ""
    yes: str = ""


NO_QUESTION = Question()


def known(here: AlreadyHere, what: str) -> Question:
    """Ask whether ``what`` is to be added although the library has it."""
    return Question(f"{what} is already here as", here.video_id, here.title, "Add it again")


def folder_of(count: int) -> Question:
    """Ask whether all videos of a folder are to be added."""
    videos = counted(count, "video")
    its = "its video" if count == 1 else f"its {videos}"
    return Question(f"That is a folder. Add {its}?", yes=f"Add {videos}")
