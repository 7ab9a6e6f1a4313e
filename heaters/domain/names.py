"""Names of files that people keep."""

from __future__ import annotations

import re
from fractions import Fraction

from heaters.domain.time import format_timecode


def export_file_name(title: str, start_frame: int, fps: Fraction) -> str:
    """Return the name under which the clip of a video that begins at a frame is downloaded."""
    start = format_timecode(start_frame, fps).replace(":", ".")
    words = re.sub(r"[^\w .()-]+", "_", title).strip(" .")[:80] or "clip"
    return f"{words} {start}.mp4"
