"""the review desk: cuts that somebody has checked, reviewers' keys, the detector's threshold

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = (
    *("replace_cuts", "add_cut", "remove_cut", "move_cut"),
    *("approve", "skip", "archive", "group", "ungroup", "undo", "redo"),
)


def _allow(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_actions_kind"), "actions")
    names = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_actions_kind"), "actions", f"kind IN ({names})")


def upgrade() -> None:
    _allow((*KINDS, "confirm_cut"))
    op.add_column(
        "reviewers",
        sa.Column("keys", postgresql.JSONB(), server_default="{}", nullable=False),
    )
    op.add_column("videos", sa.Column("threshold", sa.Float(), nullable=True))
    op.execute("""
        UPDATE videos SET threshold = CAST(first.threshold AS float)
        FROM (
            SELECT video_id, substring(reason FROM ', threshold ([0-9.e+-]+)$') AS threshold
            FROM actions WHERE revision = 1 AND reviewer_id IS NULL
        ) AS first
        WHERE first.video_id = videos.id
    """)


def downgrade() -> None:
    op.drop_column("videos", "threshold")
    op.drop_column("reviewers", "keys")
    _allow(KINDS)  # refused by PostgreSQL where a cut has been checked: the trail stays whole
