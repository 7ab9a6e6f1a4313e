"""Put a video and an audio file into one container, without re-encoding either."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

# Only what sites offer as separate streams, so that no file can pass for a playlist of others.
_INPUT = {"protocol_whitelist": "file", "format_whitelist": "mov,matroska,mpegts,aac,mp3,ogg,flv"}
# What MP4 holds in a way that others read back; it keeps the time base exact, Matroska rounds to
# milliseconds.
_IN_MP4 = {"h264", "hevc", "av1", "vp9", "mpeg4", "aac", "mp3", "opus", "ac3", "eac3", "flac"}


def merge(video: Path, audio: Path, target_stem: Path, on_packet: Callable[[], None]) -> Path:
    """Copy the first video stream of one file and the first audio stream of the other.

    Args:
        video: a file with a video stream.
        audio: a file with an audio stream.
        target_stem: the path to write, less its suffix, which the codecs decide (mp4 or mkv).
        on_packet: called for every packet, as a sign of life.

    Returns:
        the path written.

    Raises:
        av.FFmpegError: a file cannot be read as media, or the target cannot be written.
        IndexError: a file lacks its stream.
    """
    with (
        av.open(str(video), options=_INPUT) as video_file,
        av.open(str(audio), options=_INPUT) as audio_file,
    ):
        video_stream, audio_stream = video_file.streams.video[0], audio_file.streams.audio[0]
        codecs = {video_stream.codec_context.name, audio_stream.codec_context.name}
        target = target_stem.with_suffix(".mp4" if codecs <= _IN_MP4 else ".mkv")
        temporary = target.with_suffix(".temp" + target.suffix)
        with av.open(str(temporary), "w") as output:
            packets = heapq.merge(
                _packets(video_file, video_stream, output),
                _packets(audio_file, audio_stream, output),
                key=lambda timed: timed[0],
            )
            for _, packet in packets:
                on_packet()
                output.mux_one(packet)
    return temporary.replace(target)


def _packets(
    source: InputContainer, stream: VideoStream | AudioStream, output: OutputContainer
) -> Iterator[tuple[Fraction, av.Packet]]:
    """Give a stream's packets, addressed to the output, each with its decoding time in seconds."""
    copy = output.add_stream_from_template(stream)
    for packet in source.demux(stream):
        stamp = packet.pts if packet.dts is None else packet.dts
        if stamp is None:  # demux ends with an empty packet
            continue
        packet.stream = copy
        yield stamp * packet.time_base, packet
