"""Export clips from an all-intra proxy by copying packets: exact to the frame, nothing encoded.

The video packets of frames [start_frame, end_frame) and every audio packet that overlaps them are
moved into an MP4 of their own, shifted by ``start_frame / fps``. The index comes first in the file:
its size has an upper bound that is known before the first packet is written, so the room for it is
reserved (the muxer's ``moov_size``) and the media data need not be moved at the end (``faststart``
would). See ``docs/adr/0005-stream-copy-export.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.packet import Packet

from heaters.domain.errors import HeatersError
from heaters.media.proxy import (
    AAC_FRAME_SAMPLES,
    FramesOutOfRange,
    ProxyReader,
    ProxyUnusable,
    Sound,
    time_base,
)
from heaters.storage.disk import disk_errors, temporary_path

# One sample's share of an MP4 index is at most: duration 8, size 4, chunk offset 8, chunk map 12
# (stts, stsz, co64, stsc). Everything else, codec headers aside, is some hundred bytes a track.
INDEX_BYTES_PER_PACKET = 32
INDEX_BYTES_BASE = 8192


class ExportMismatch(HeatersError):
    """An exported file is not what its proxy holds in that range."""


@dataclass(frozen=True)
class ExportedClip:
    """What was written: ``frame_count`` frames, shown for ``duration_s``, in ``size_bytes``."""

    frame_count: int
    duration_s: Fraction
    size_bytes: int


def export_clip(proxy: ProxyReader, out: Path, *, start_frame: int, end_frame: int) -> ExportedClip:
    """Write frames [start_frame, end_frame) of a proxy and their sound to an MP4 file.

    Frame ``start_frame + i`` is shown at exactly ``i / fps``. Audio starts and ends at most one
    AAC frame outside the video; an edit list hides what would be heard before the first frame.
    ``out`` appears whole or not at all, and replaces a file of that name. What a file object under
    the proxy raises while it is read comes through as it is.

    Raises:
        FramesOutOfRange: the range is empty or not within the proxy.
        ProxyUnusable: the proxy does not hold a key frame for every frame.
        StorageFull, InvalidConfiguration, NotFound, ExternalFailure: the file cannot be written.
    """
    if not 0 <= start_frame < end_frame <= proxy.frame_count:
        raise FramesOutOfRange(
            f"frames [{start_frame}, {end_frame}) are not within the {proxy.frame_count} frames of "
            f"{proxy.name}"
        )
    with disk_errors(out.parent), temporary_path(out.parent) as partial:
        _copy_packets(proxy, partial, start_frame, end_frame)
        size_bytes = partial.stat().st_size
        partial.replace(out)
    frame_count = end_frame - start_frame
    return ExportedClip(frame_count, frame_count / proxy.fps, size_bytes)


def _copy_packets(proxy: ProxyReader, target: Path, start_frame: int, end_frame: int) -> None:
    sound = proxy.sound(start_frame, end_frame)
    packet_count = end_frame - start_frame + (sound.packet_count if sound else 0)
    index_bytes = INDEX_BYTES_BASE + INDEX_BYTES_PER_PACKET * packet_count
    frame_s = 1 / proxy.fps
    with av.open(str(target), "w", "mp4", options={"moov_size": str(index_bytes)}) as container:
        video = container.add_stream_from_template(proxy.video)
        video.time_base = frame_s
        audio = container.add_stream_from_template(proxy.audio) if sound and proxy.audio else None
        frame = 0
        for packet in proxy.packets(start_frame, end_frame):
            if packet.stream is proxy.video:
                packet.stream, packet.time_base = video, frame_s
                packet.pts = packet.dts = frame
                packet.duration = 1
                frame += 1
            elif sound and audio and packet.pts is not None:
                packet.stream = audio
                packet.pts = packet.dts = packet.pts - sound.origin
            container.mux_one(packet)


def verify_export(export: Path, proxy: ProxyReader, *, start_frame: int, end_frame: int) -> None:
    """Check an exported file against frames [start_frame, end_frame) of its proxy.

    The file must hold exactly those frames, frame i at exactly i/fps from 0, the first and the last
    bit for bit the proxy's, and exactly the audio packets that overlap them, the first in its
    place. Only the indexes of both files and at most four packets are read.

    Raises:
        ExportMismatch: it does not.
        FramesOutOfRange, ProxyUnusable: the proxy cannot be read there.
    """
    count = end_frame - start_frame
    ends = {0: proxy.packet(start_frame), count - 1: proxy.packet(end_frame - 1)}
    sound = proxy.sound(start_frame, end_frame)
    try:
        with ProxyReader(export, proxy.fps, packets_only=True) as clip:
            differences = list(_differences(clip, count, ends, sound))
    except (FramesOutOfRange, ProxyUnusable) as error:
        differences = [str(error)]
    if differences:
        raise ExportMismatch(
            f"{export} is not frames [{start_frame}, {end_frame}) of {proxy.name}: "
            + "; ".join(differences)
        )


def _differences(
    clip: ProxyReader, frame_count: int, ends: Mapping[int, Packet], sound: Sound | None
) -> Iterator[str]:
    if clip.frame_count != frame_count:
        yield f"it has {clip.frame_count} frames"
        return
    frame_units = 1 / clip.fps / time_base(clip.video)
    for frame, entry in enumerate(clip.video.index_entries):
        if entry.timestamp != frame * frame_units:
            yield f"frame {frame} is not shown at exactly {frame}/fps"
            break
    for frame, packet in ends.items():
        if bytes(clip.packet(frame)) != bytes(packet):
            yield f"frame {frame} has other bytes than the proxy's"
    entries = clip.audio.index_entries if clip.audio else []
    if len(entries) != (sound.packet_count if sound else 0):
        yield f"it has {len(entries)} audio packets"
    elif sound:
        # libavformat misplaces the sound of a clip so short that it has but one packet of it.
        shift = entries[0].timestamp - (sound.first_timestamp - sound.origin)
        if abs(shift) >= AAC_FRAME_SAMPLES:
            yield f"its audio is {shift} samples late"
