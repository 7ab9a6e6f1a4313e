"""Which files ffmpeg and libav may open as a source, and how."""

from __future__ import annotations

from pathlib import Path
from typing import Final

# Demuxers that may open a source. Playlists and scripts (hls, dash, concat, …) are not among them:
# they would make ffmpeg read other files or fetch addresses that their author names. Nor are
# pictures and text, which ffmpeg is glad to play as videos.
VIDEO_FORMATS: Final = (
    *("mov", "mp4", "matroska", "webm", "mpegts", "mpeg", "avi", "flv", "asf", "ogg", "mxf"),
    *("gif", "apng", "nut", "yuv4mpegpipe", "ivf", "obu", "dv", "rm", "wtv"),
    *("h264", "hevc", "mpegvideo", "m4v"),
)
_AUDIO_FORMATS: Final = ("mp3", "wav", "flac", "aac", "aiff", "ac3", "w64", "caf", "amr")
INPUT_OPTIONS: Final = {
    "format_whitelist": ",".join((*VIDEO_FORMATS, *_AUDIO_FORMATS)),
    "protocol_whitelist": "file",
    "fflags": "+genpts",  # MPEG program streams leave most time stamps out, Matroska wants them
}


def file_url(path: Path) -> str:
    """Name a file so that ffmpeg takes no part of its name for an option or a protocol."""
    return f"file:{path.absolute()}"
