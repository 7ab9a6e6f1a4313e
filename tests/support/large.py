"""A library of any size, made in the database alone: sound by every rule, in minutes at a million.

The first video has many clips, the last hundredth of them could not be downloaded and have none,
all others have a hundred. What scene detection made is the first action on each; the rest are
verdicts, undos, redos and confirmed cuts, as reviewers leave them.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from heaters.repositories.embeddings import index_name

MODEL, STRATEGY, DIM = "efficientnet", "mean", 1280
"""Of the embeddings: as many numbers as the built-in model gives."""

CLIP_FRAMES = 25
CLIPS_A_VIDEO = 100
ME, OTHER, NEWCOMER = 1, 2, 3
"""Reviewers: who did most, who did every tenth video, and who has not done anything."""


@dataclass(frozen=True)
class Large:
    """What is where in a library of ``videos`` videos, a multiple of 100.

    There are 100 times as many clips and actions as videos. ``long_video`` has as many clips as
    there are videos, and 100 actions. Of the others each has 100 clips and 101 actions.
    """

    videos: int

    @property
    def clips(self) -> int:
        """How many clips there are."""
        return 100 * self.videos

    long_video = 1
    first_video = 2

    @property
    def last_video(self) -> int:
        """The last one that has clips."""
        return 1 + self.videos * 99 // 100

    @property
    def untouched_video(self) -> int:
        """One that has neither clips nor actions."""
        return self.videos


# What is done to the clip of a number, by its last digit; the others wait for a verdict.
_STATES = """CASE WHEN number % 10 IN (0, 1, 5, 6, 8) AND number < 100 THEN
        CASE WHEN video <= {embedded} THEN 'embedded' ELSE 'keyframed' END
    WHEN number % 10 IN (2, 3) AND number < 100 THEN 'review_skipped'
    ELSE 'pending_review' END"""
_REVISIONS = """CASE WHEN number % 10 IN (0, 1, 2, 3, 5, 6, 8) AND number < 100
    THEN number + 2 ELSE 1 END"""

_SEED = """
    INSERT INTO reviewers (name, created_at) VALUES ('other', now()), ('newcomer', now());

    INSERT INTO videos (title, source, content_sha256, state, fps_num, fps_den, frame_count, width,
            height, detector, threshold, revision, last_error, created_at)
        SELECT 'film ' || id, 'https://example.org/films/' || id, md5(id::text) || md5('' || -id),
            CASE WHEN id <= {last} THEN 'ready' ELSE 'download_failed' END,
            25, 1, CASE id WHEN 1 THEN {videos} ELSE 100 END * {clip_frames}, 1280, 720,
            'adaptive', 3, CASE WHEN id = 1 THEN 100 WHEN id <= {last} THEN 101 ELSE 0 END,
            CASE WHEN id > {last} THEN 'not found' END, now()
        FROM generate_series(1, {videos}) AS id;

    CREATE TEMPORARY TABLE shape AS
        SELECT CASE WHEN id <= {videos} THEN 1 ELSE 2 + (id - {videos} - 1) / 100 END AS video,
            CASE WHEN id <= {videos} THEN id - 1 ELSE (id - {videos} - 1) % 100 END AS number, id
        FROM generate_series(1, {clips}) AS id;

    INSERT INTO clips (video_id, start_frame, end_frame, state, revision, created_at)
        SELECT video, number * {clip_frames}, (number + 1) * {clip_frames}, {states}, {revisions},
            now()
        FROM shape ORDER BY id;

    INSERT INTO actions (video_id, revision, reviewer_id, kind, reason, created_at, changes)
        SELECT video, 1, NULL, 'replace_cuts', 'found by adaptive', now(),
            jsonb_agg(jsonb_build_object('clip_id', id, 'start_frame', number * {clip_frames},
                'end_frame', (number + 1) * {clip_frames}, 'before', NULL, 'after',
                jsonb_build_object('state', 'pending_review', 'group_id', NULL, 'revision', 1))
                ORDER BY id)
        FROM shape GROUP BY video ORDER BY video;

    INSERT INTO actions (video_id, revision, reviewer_id, kind, frame, reverses_id, created_at,
            changes)
        SELECT video, number + 2, CASE video % 10 WHEN 0 THEN {other} ELSE {me} END,
            CASE WHEN number % 10 IN (2, 3) THEN 'skip' WHEN number % 10 = 4 THEN 'undo'
                WHEN number % 10 = 7 THEN 'redo' WHEN number % 10 = 9 THEN 'confirm_cut'
                ELSE 'approve' END,
            CASE number % 10 WHEN 9 THEN number * {clip_frames} END,
            {last} + CASE number % 10 WHEN 4 THEN place - 1 WHEN 7 THEN place - 3 END, now(),
            CASE number % 10 WHEN 9 THEN '[]' ELSE jsonb_build_array(jsonb_build_object(
                'clip_id', id - about, 'start_frame', (number - about) * {clip_frames},
                'end_frame', (number - about + 1) * {clip_frames},
                'before', CASE WHEN number % 10 = 4 THEN skipped ELSE pending END,
                'after', CASE WHEN number % 10 = 4 THEN pending WHEN number % 10 = 7 THEN skipped
                    WHEN number % 10 IN (2, 3) THEN skipped ELSE approved END)) END
        FROM (SELECT *, row_number() OVER (ORDER BY video, number) AS place,
                CASE number % 10 WHEN 4 THEN 1 WHEN 7 THEN 4 ELSE 0 END AS about
            FROM shape WHERE number < CASE video WHEN 1 THEN 99 ELSE 100 END) AS acted,
            jsonb_build_object('state', 'pending_review', 'group_id', NULL, 'revision', 1)
                AS pending,
            jsonb_build_object('state', 'review_skipped', 'group_id', NULL, 'revision',
                number + 2 - about) AS skipped,
            jsonb_build_object('state', 'review_approved', 'group_id', NULL, 'revision',
                number + 2) AS approved
        ORDER BY place;

    INSERT INTO artifacts (video_id, kind, key, size_bytes, created_at)
        SELECT id, kind, format('videos/%s/%s-%s%s', id, kind, left(md5(id || kind), 16), suffix),
            1000000, now()
        FROM generate_series(1, {last}) AS id,
            (VALUES ('master', '.mkv'), ('proxy', '.mp4'), ('analysis', '.bgr'), ('poster', '.jpg'))
                AS made (kind, suffix);
    INSERT INTO artifacts (video_id, clip_id, kind, key, size_bytes, created_at)
        SELECT video_id, id, 'export',
            'videos/' || video_id || '/clips/' || id || '-' || left(md5(id || 'e'), 16) || '.mp4',
            100000, now()
        FROM clips WHERE state IN ('keyframed', 'embedded');
    INSERT INTO artifacts (video_id, clip_id, kind, frame, key, size_bytes, created_at)
        SELECT video_id, id, 'keyframe', start_frame + step,
            'videos/' || video_id || '/keyframes/' || id || '-' || start_frame + step || '-'
                || left(md5(id || 'k' || step), 16) || '.jpg',
            10000, now()
        FROM clips, unnest(ARRAY[4, 12, 20]) AS step WHERE state IN ('keyframed', 'embedded');

    INSERT INTO embeddings (clip_id, model, strategy, dim, vector, created_at)
        SELECT id, '{model}', '{strategy}', {dim}, l2_normalize(CAST(ARRAY(
            SELECT random() - 0.5 + id * 0 FROM generate_series(1, {dim})) AS halfvec)), now()
        FROM clips WHERE state = 'embedded';
    CREATE INDEX "{index}" ON embeddings USING hnsw
        ((vector::halfvec({dim})) halfvec_cosine_ops) WHERE model = '{model}';
    DROP TABLE shape;
"""


def seed(superuser_dsn: str, videos: int, *, embedded_videos: int) -> Large:
    """Fill an empty, migrated database; its triggers and foreign keys are off meanwhile.

    Args:
        superuser_dsn: the database's libpq address for PostgreSQL's superuser.
        videos: how many, a multiple of 100.
        embedded_videos: that many of the first ones have embeddings of what was approved.
    """
    large = Large(videos)
    values = {
        "videos": videos,
        "clips": large.clips,
        "last": large.last_video,
        "clip_frames": CLIP_FRAMES,
        "states": _STATES.format(embedded=embedded_videos),
        "revisions": _REVISIONS,
        "me": ME,
        "other": OTHER,
        "model": MODEL,
        "strategy": STRATEGY,
        "dim": DIM,
        "index": index_name(MODEL),
    }
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        connection.execute(
            "SET session_replication_role = replica; SET synchronous_commit = off;"
            "SET maintenance_work_mem = '500MB'; SET work_mem = '200MB'"
        )
        for statement in _SEED.format(**values).split(";\n"):
            if statement.strip():
                connection.execute(statement)
        connection.execute("VACUUM ANALYZE")
    return large
