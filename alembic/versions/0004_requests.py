"""which request of a browser each action carries out, so that none is carried out twice

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ONCE = "uq_actions_request_id_video_id_reviewer_id"


def upgrade() -> None:
    op.add_column("actions", sa.Column("request_id", sa.Uuid(), nullable=True))
    columns = ["request_id", "video_id", "reviewer_id"]
    op.create_unique_constraint(op.f(_ONCE), "actions", columns)


def downgrade() -> None:
    op.drop_constraint(op.f(_ONCE), "actions")
    op.drop_column("actions", "request_id")
