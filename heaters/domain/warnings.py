"""What preparing a video could not keep or had to change: said, and stored with the video."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class WarningCode(StrEnum):
    """The kinds of warnings. Programs rely on the values; the sentences may change."""

    ENDS_EARLY = "ends_early"
    BEGINNING_LEFT_OUT = "beginning_left_out"
    CODEC_CHANGES = "codec_changes"
    SIZE_CHANGES = "size_changes"
    STAMPS_REPAIRED = "stamps_repaired"
    SOUND_LEFT_OUT = "sound_left_out"
    SOUND_CUT = "sound_cut"
    SOUND_BROKEN = "sound_broken"
    PICTURES_BROKEN = "pictures_broken"
    PICTURES_LEFT_OUT = "pictures_left_out"
    DECODER_ERRORS = "decoder_errors"
    TRACKS_LEFT_OUT = "tracks_left_out"
    TURN_IGNORED = "turn_ignored"
    ALPHA_ON_BLACK = "alpha_on_black"
    ALPHA_LEFT_OUT = "alpha_left_out"
    COLOURS_DOUBTFUL = "colours_doubtful"
    SCALED_DOWN = "scaled_down"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SourceWarning:
    """One thing that differs between a source and what was made of it.

    Attributes:
        code: its kind.
        text: one whole sentence for a person, with the facts: how much, where, what was done.
    """

    code: WarningCode
    text: str

    def as_json(self) -> dict[str, str]:
        """Return it as rows and programs have it."""
        return {"code": self.code.value, "text": self.text}
