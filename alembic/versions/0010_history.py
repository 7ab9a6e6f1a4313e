"""what pages read of an action, stored beside its changes; an index for undo in one video

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INDEX = "ix_actions_video_id_reviewer_id_id"


def upgrade() -> None:
    # In one statement, so that the table is written again once. No trigger hears of it.
    op.execute("""
        ALTER TABLE actions
            ADD COLUMN clip_count integer GENERATED ALWAYS AS (jsonb_array_length(changes)) STORED,
            ADD COLUMN start_frame integer GENERATED ALWAYS AS
                (CAST(changes -> 0 ->> 'start_frame' AS integer)) STORED,
            ADD COLUMN end_frame integer GENERATED ALWAYS AS
                (CAST(changes -> 0 ->> 'end_frame' AS integer)) STORED
    """)
    op.create_index(_INDEX, "actions", ["video_id", "reviewer_id", "id"])


def downgrade() -> None:
    op.drop_index(_INDEX, "actions")
    for name in ("clip_count", "start_frame", "end_frame"):
        op.drop_column("actions", name)
