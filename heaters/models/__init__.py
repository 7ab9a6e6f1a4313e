"""SQLModel tables: what PostgreSQL holds."""

from heaters.models.action import Action, ActionKind
from heaters.models.artifact import Artifact, ArtifactKind
from heaters.models.check import Check
from heaters.models.chore import Chore, Installation, Leftover
from heaters.models.clip import Clip, ClipGroup
from heaters.models.embedding import Embedding
from heaters.models.reviewer import LOCAL_REVIEWER_ID, Reviewer
from heaters.models.video import Video

__all__ = [
    "LOCAL_REVIEWER_ID",
    "Action",
    "ActionKind",
    "Artifact",
    "ArtifactKind",
    "Check",
    "Chore",
    "Clip",
    "ClipGroup",
    "Embedding",
    "Installation",
    "Leftover",
    "Reviewer",
    "Video",
]
