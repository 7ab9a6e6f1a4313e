"""announce what a page shows, and no lease that a worker prolongs

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_DIFFERENT = """
    (to_jsonb(OLD) - CAST('{lease_owner,lease_until}' AS text[]))
    IS DISTINCT FROM (to_jsonb(NEW) - CAST('{lease_owner,lease_until}' AS text[]))"""


def upgrade() -> None:
    op.execute("DROP TRIGGER announce ON videos")
    op.execute("DROP TRIGGER announce ON clips")
    op.execute("DROP FUNCTION announce_clips()")
    op.execute("""
        CREATE TRIGGER announce AFTER INSERT ON videos
            FOR EACH ROW EXECUTE FUNCTION announce_video()
    """)
    op.execute(f"""
        CREATE TRIGGER announce_update AFTER UPDATE ON videos
            FOR EACH ROW WHEN ({_DIFFERENT}) EXECUTE FUNCTION announce_video()
    """)
    # For each row: within a transaction PostgreSQL sends the same words once.
    op.execute("""
        CREATE FUNCTION announce_clip() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('heaters', 'video:' || NEW.video_id);
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER announce_update AFTER UPDATE ON clips
            FOR EACH ROW WHEN ({_DIFFERENT}) EXECUTE FUNCTION announce_clip()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER announce_update ON clips")
    op.execute("DROP FUNCTION announce_clip()")
    op.execute("DROP TRIGGER announce_update ON videos")
    op.execute("DROP TRIGGER announce ON videos")
    op.execute("""
        CREATE FUNCTION announce_clips() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('heaters', 'video:' || video_id)
                FROM (SELECT DISTINCT video_id FROM changed) AS video;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER announce AFTER INSERT OR UPDATE ON videos
            FOR EACH ROW EXECUTE FUNCTION announce_video()
    """)
    op.execute("""
        CREATE TRIGGER announce AFTER UPDATE ON clips REFERENCING NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION announce_clips()
    """)
