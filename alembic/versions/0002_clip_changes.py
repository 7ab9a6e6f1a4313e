"""the audit trail as rows, one for each clip that an action changed

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What reviewers decided on a clip, however far its files are: domain/lifecycle.py, decision().
    op.execute("""
        CREATE FUNCTION clip_decision(state text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
            SELECT CASE
                WHEN state IN
                    ('pending_review', 'review_skipped', 'review_archived', 'superseded') THEN state
                WHEN state IS NOT NULL THEN 'review_approved'
            END
        $$
    """)
    op.execute("""
        CREATE VIEW clip_changes AS
        SELECT actions.id AS action_id, video_id, revision, kind, clip_id,
            int4range(start_frame, end_frame) AS frames,
            before ->> 'state' AS before_state,
            CAST(before ->> 'group_id' AS integer) AS before_group_id,
            CAST(before ->> 'revision' AS integer) AS before_revision,
            after ->> 'state' AS after_state,
            CAST(after ->> 'group_id' AS integer) AS after_group_id,
            CAST(after ->> 'revision' AS integer) AS after_revision
        FROM actions, jsonb_to_recordset(changes) AS change
            (clip_id integer, start_frame integer, end_frame integer, before jsonb, after jsonb)
    """)


def downgrade() -> None:
    op.execute("DROP VIEW clip_changes")
    op.execute("DROP FUNCTION clip_decision(text)")
