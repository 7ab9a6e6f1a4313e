"""whose the store is, the library's chores and what they found: leftovers, and how much is broken

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installations")),
    )
    op.execute("INSERT INTO installations VALUES (gen_random_uuid(), now())")
    op.create_table(
        "chores",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor", postgresql.JSONB(), nullable=True),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chores")),
    )
    op.create_table(
        "leftovers",
        sa.Column("key", sa.String(collation="C"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column(
            "first_seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_leftovers")),
    )
    # Stores list their keys by their bytes; rows are compared with them in the same order.
    op.alter_column("artifacts", "key", type_=sa.String(collation="C"))
    op.add_column("checks", sa.Column("finding_count", sa.Integer(), nullable=True))
    op.execute("UPDATE checks SET finding_count = jsonb_array_length(findings)")
    op.alter_column("checks", "finding_count", nullable=False)


def downgrade() -> None:
    op.drop_column("checks", "finding_count")
    op.execute('ALTER TABLE artifacts ALTER COLUMN key TYPE varchar COLLATE "default"')
    op.drop_table("leftovers")
    op.drop_table("chores")
    op.drop_table("installations")
