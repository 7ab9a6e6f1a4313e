"""What a source's sound is, and the filters that lay it under the proxy's pictures."""

from __future__ import annotations

from dataclasses import dataclass

from av.audio.stream import AudioStream

from heaters.media.timing import Timing


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound that the proxy is going to have.

    Attributes:
        index: which of the container's streams it is.
        codec: e.g. ``"aac"``.
    """

    index: int
    codec: str


def read_sound(stream: AudioStream) -> Sound:
    """Describe a stream's sound by what it declares."""
    return Sound(stream.index, stream.codec_context.codec.canonical_name)


def sound_filters(timing: Timing, *, may_change: bool) -> str:
    """Make the sound begin and end with the picture: cut it, or fill up with silence.

    Where sound may change its format on the way, ffmpeg starts these filters again there. They must
    not fill up from 0 again, so such a source's sound begins and ends where it does.
    """
    end_s = f"{float(timing.end_s):.6f}"
    cut = f"asetpts=PTS-({timing.start_s})/TB,atrim=end={end_s}"
    stereo = "aformat=channel_layouts=mono|stereo"
    if may_change:
        return f"{cut},aresample=async=1,atrim=start=0,{stereo}"
    return f"{cut},aresample=async=1:first_pts=0,{stereo},apad,atrim=end={end_s}"
