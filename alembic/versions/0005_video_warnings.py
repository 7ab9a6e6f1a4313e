"""what could not be kept of a source: a list of warnings, each with a code

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("warnings", postgresql.JSONB(), server_default="[]", nullable=False)
    op.add_column("videos", column)
    op.execute("""
        UPDATE videos
        SET warnings = jsonb_build_array(jsonb_build_object('code', 'other', 'text', warning))
        WHERE warning IS NOT NULL
    """)
    op.drop_column("videos", "warning")


def downgrade() -> None:
    op.add_column("videos", sa.Column("warning", sa.String(), nullable=True))
    op.execute("""
        UPDATE videos
        SET warning = (
            SELECT string_agg(element ->> 'text', ' ' ORDER BY place)
            FROM jsonb_array_elements(warnings) WITH ORDINALITY AS listed (element, place)
        )
    """)
    op.drop_column("videos", "warnings")
