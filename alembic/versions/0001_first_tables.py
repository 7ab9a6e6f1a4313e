"""first tables

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# When a transaction that changed clips commits, every frame at which a clip began before, and the
# frames next to every clip that is new, must be covered. Together with the exclusion constraint
# that keeps the whole video tiled: docs/adr/0001-tiling-in-the-database.md has the proof.
TILING = """
CREATE FUNCTION assert_covered(video integer, frames integer[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    total integer;
    frame integer;
    clip_end integer;
BEGIN
    SELECT frame_count INTO total FROM videos WHERE id = video FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN; -- the video has been deleted with its clips
    END IF;
    FOREACH frame IN ARRAY frames LOOP
        CONTINUE WHEN frame < 0;
        SELECT end_frame INTO clip_end FROM clips
            WHERE video_id = video AND state <> 'superseded' AND start_frame <= frame
            ORDER BY start_frame DESC LIMIT 1;
        IF clip_end > total OR total IS NULL THEN
            RAISE check_violation USING CONSTRAINT = 'clips_tile',
                MESSAGE = format('a clip of video %s ends after its last frame', video);
        END IF;
        IF clip_end IS NULL OR clip_end <= least(frame, total - 1) THEN
            RAISE check_violation USING CONSTRAINT = 'clips_tile', MESSAGE =
                format('frame %s of video %s is in no live clip', least(frame, total - 1), video);
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION clips_tile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state <> 'superseded' THEN
        PERFORM assert_covered(OLD.video_id, ARRAY[OLD.start_frame]);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state <> 'superseded' THEN
        PERFORM assert_covered(NEW.video_id, ARRAY[NEW.start_frame - 1, NEW.end_frame]);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION videos_tiled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'ready' OR EXISTS (
        SELECT FROM clips WHERE video_id = NEW.id AND state <> 'superseded') THEN
        PERFORM assert_covered(NEW.id, ARRAY[0, 2147483647]);
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER clips_tile AFTER INSERT OR DELETE ON clips
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION clips_tile();
CREATE CONSTRAINT TRIGGER clips_tile_on_update AFTER UPDATE ON clips
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.video_id, OLD.start_frame, OLD.end_frame, OLD.state = 'superseded')
        IS DISTINCT FROM (NEW.video_id, NEW.start_frame, NEW.end_frame, NEW.state = 'superseded'))
    EXECUTE FUNCTION clips_tile();
CREATE CONSTRAINT TRIGGER videos_tiled AFTER INSERT OR UPDATE OF frame_count, state ON videos
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION videos_tiled();
"""

# A change is announced in its own transaction, so it is heard if and only if it is committed. Every
# action raises its video's revision, which announces the clips that it made as well.
ANNOUNCE = """
CREATE FUNCTION announce_video() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('heaters', 'video:' || NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION announce_clips() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('heaters', 'video:' || video_id)
        FROM (SELECT DISTINCT video_id FROM changed) AS video;
    RETURN NULL;
END $$;

CREATE TRIGGER announce AFTER INSERT OR UPDATE ON videos
    FOR EACH ROW EXECUTE FUNCTION announce_video();
CREATE TRIGGER announce AFTER UPDATE ON clips REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION announce_clips();
"""

UNREMOVABLE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = TG_ARGV[0];
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON actions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the audit trail is append-only');
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON clips
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE would pass by the tiling check');
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "reviewers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewers")),
        sa.UniqueConstraint("name", name=op.f("uq_reviewers_name")),
    )
    op.create_table(
        "videos",
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_owner", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.Float(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "downloading",
                "downloaded",
                "preprocessing",
                "preprocessed",
                "detecting_scenes",
                "ready",
                "download_failed",
                "preprocess_failed",
                "detect_failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fps_num", sa.BigInteger(), nullable=True),
        sa.Column("fps_den", sa.BigInteger(), nullable=True),
        sa.Column("frame_count", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("has_audio", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("warning", sa.String(), nullable=True),
        sa.Column("detector", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('preprocessed', 'detecting_scenes', 'ready', 'detect_failed')"
            " OR (frame_count IS NOT NULL AND fps_num IS NOT NULL AND fps_den IS NOT NULL"
            " AND width IS NOT NULL AND height IS NOT NULL)",
            name=op.f("ck_videos_preprocessed"),
        ),
        sa.CheckConstraint("fps_num > 0 AND fps_den > 0", name=op.f("ck_videos_fps")),
        sa.CheckConstraint("frame_count > 0", name=op.f("ck_videos_frame_count")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_videos")),
    )
    op.create_index(op.f("ix_videos_state"), "videos", ["state"], unique=False)
    op.create_table(
        "actions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("video_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "replace_cuts",
                "add_cut",
                "remove_cut",
                "move_cut",
                "approve",
                "skip",
                "archive",
                "group",
                "ungroup",
                "undo",
                "redo",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("frame", sa.Integer(), nullable=True),
        sa.Column("to_frame", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["actions.id"], name=op.f("fk_actions_reverses_id_actions")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["reviewers.id"], name=op.f("fk_actions_reviewer_id_reviewers")
        ),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name=op.f("fk_actions_video_id_videos")
        ),
        sa.CheckConstraint(
            "(kind IN ('undo', 'redo')) = (reverses_id IS NOT NULL)",
            name=op.f("ck_actions_reverses"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actions")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_actions_reverses_id")),
        sa.UniqueConstraint("video_id", "revision", name=op.f("uq_actions_video_id_revision")),
    )
    op.create_index("ix_actions_reviewer_id_id", "actions", ["reviewer_id", "id"], unique=False)
    op.create_table(
        "clip_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("video_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name=op.f("fk_clip_groups_video_id_videos")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clip_groups")),
    )
    op.create_index(op.f("ix_clip_groups_video_id"), "clip_groups", ["video_id"], unique=False)
    op.create_table(
        "clips",
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_owner", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.Float(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("video_id", sa.Integer(), nullable=False),
        sa.Column("start_frame", sa.Integer(), nullable=False),
        sa.Column("end_frame", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending_review",
                "review_approved",
                "review_skipped",
                "review_archived",
                "superseded",
                "exporting",
                "exported",
                "keyframing",
                "keyframed",
                "embedding",
                "embedded",
                "export_failed",
                "keyframe_failed",
                "embedding_failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("notes", sa.String(), server_default="", nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("video_id"), "="),
            (sa.text("int4range(start_frame, end_frame)"), "&&"),
            where=sa.text("state <> 'superseded'"),
            using="gist",
            name="ex_clips_live_overlap",
        ),
        sa.CheckConstraint(
            "start_frame >= 0 AND start_frame < end_frame", name=op.f("ck_clips_range")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["clip_groups.id"], name=op.f("fk_clips_group_id_clip_groups")
        ),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name=op.f("fk_clips_video_id_videos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clips")),
    )
    op.create_index(op.f("ix_clips_group_id"), "clips", ["group_id"], unique=False)
    op.create_index(
        "ix_clips_live_start",
        "clips",
        ["video_id", "start_frame"],
        unique=False,
        postgresql_where=sa.text("state <> 'superseded'"),
    )
    op.create_index(op.f("ix_clips_state"), "clips", ["state"], unique=False)
    op.create_table(
        "artifacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("video_id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "original",
                "master",
                "proxy",
                "analysis",
                "scores",
                "poster",
                "export",
                "keyframe",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("frame", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_revision", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'keyframe') = (frame IS NOT NULL)", name=op.f("ck_artifacts_frame")
        ),
        sa.CheckConstraint(
            "(kind IN ('export', 'keyframe')) = (clip_id IS NOT NULL)",
            name=op.f("ck_artifacts_owner"),
        ),
        sa.CheckConstraint(
            "retired_at IS NOT NULL OR retired_revision IS NULL", name=op.f("ck_artifacts_retired")
        ),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_artifacts_clip_id_clips")),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name=op.f("fk_artifacts_video_id_videos")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifacts")),
        sa.UniqueConstraint("key", name=op.f("uq_artifacts_key")),
    )
    op.create_index(op.f("ix_artifacts_clip_id"), "artifacts", ["clip_id"], unique=False)
    op.create_index(
        "ix_artifacts_retired_at",
        "artifacts",
        ["retired_at"],
        unique=False,
        postgresql_where=sa.text("retired_at IS NOT NULL"),
    )
    op.create_index("ix_artifacts_video_id_kind", "artifacts", ["video_id", "kind"], unique=False)
    op.create_table(
        "embeddings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clip_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("strategy", sa.String(), nullable=False),
        sa.Column("dim", sa.Integer(), nullable=False),
        sa.Column("vector", HALFVEC(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("vector_dims(vector) = dim", name=op.f("ck_embeddings_dim")),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["clips.id"], name=op.f("fk_embeddings_clip_id_clips")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embeddings")),
        sa.UniqueConstraint(
            "clip_id", "model", "strategy", name=op.f("uq_embeddings_clip_id_model_strategy")
        ),
    )
    op.create_table(
        "checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
    )
    op.execute("INSERT INTO reviewers (name, created_at) VALUES ('you', now())")
    for statements in (TILING, ANNOUNCE, UNREMOVABLE):
        op.execute(statements)


def downgrade() -> None:
    op.drop_table("checks")
    op.drop_table("embeddings")
    op.drop_index("ix_artifacts_video_id_kind", table_name="artifacts")
    op.drop_index(
        "ix_artifacts_retired_at",
        table_name="artifacts",
        postgresql_where=sa.text("retired_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_artifacts_clip_id"), table_name="artifacts")
    op.drop_table("artifacts")
    op.drop_index(op.f("ix_clips_state"), table_name="clips")
    op.drop_index(
        "ix_clips_live_start", table_name="clips", postgresql_where=sa.text("state <> 'superseded'")
    )
    op.drop_index(op.f("ix_clips_group_id"), table_name="clips")
    op.drop_table("clips")
    op.drop_index(op.f("ix_clip_groups_video_id"), table_name="clip_groups")
    op.drop_table("clip_groups")
    op.drop_index("ix_actions_reviewer_id_id", table_name="actions")
    op.drop_table("actions")
    op.drop_index(op.f("ix_videos_state"), table_name="videos")
    op.drop_table("videos")
    op.drop_table("reviewers")
    for function in (
        "clips_tile()",
        "videos_tiled()",
        "assert_covered(integer, integer[])",
        "announce_video()",
        "announce_clips()",
        "refuse_change()",
    ):
        op.execute(f"DROP FUNCTION {function}")
