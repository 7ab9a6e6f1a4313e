"""what is in a video's file, so that the same one is known again; removals are announced

Videos that came in before have no hash: their files are gone, replaced by their masters.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ANNOUNCE = """
CREATE FUNCTION announce_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('heaters', 'video:' || OLD.id);
    RETURN NULL;
END $$;

CREATE TRIGGER announce_removal AFTER DELETE ON videos
    FOR EACH ROW EXECUTE FUNCTION announce_removal();
"""


def upgrade() -> None:
    op.add_column("videos", sa.Column("content_sha256", sa.String(), nullable=True))
    op.create_index("ix_videos_content_sha256", "videos", ["content_sha256"])
    # An address may be longer than what a B-tree takes.
    op.create_index("ix_videos_source", "videos", ["source"], postgresql_using="hash")
    op.execute(ANNOUNCE)


def downgrade() -> None:
    op.execute("DROP TRIGGER announce_removal ON videos; DROP FUNCTION announce_removal()")
    op.drop_index("ix_videos_source", "videos")
    op.drop_index("ix_videos_content_sha256", "videos")
    op.drop_column("videos", "content_sha256")
