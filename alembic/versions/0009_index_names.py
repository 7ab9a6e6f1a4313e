"""an index of vectors is named by a hash of its model, so that no two models share one

Revision ID: 0009
Revises: 0008
"""

import hashlib
import re

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEXES = """
SELECT class.relname, pg_get_expr(index.indpred, index.indrelid)
FROM pg_index AS index JOIN pg_class AS class ON class.oid = index.indexrelid
WHERE index.indrelid = 'embeddings'::regclass AND class.relname LIKE 'hnsw\\_%'
"""


def upgrade() -> None:
    _rename(lambda model: "hnsw_" + hashlib.sha256(model.encode()).hexdigest()[:12])


def downgrade() -> None:
    _rename(lambda model: "hnsw_" + re.sub(r"\W", "_", model)[:50])


def _rename(new_name) -> None:
    connection = op.get_bind()
    for name, predicate in connection.execute(sa.text(INDEXES)).all():
        found = re.search(r"model\b.*?= '([^']*)'", predicate)
        if found and name != new_name(found[1]):
            op.execute(f'ALTER INDEX "{name}" RENAME TO "{new_name(found[1])}"')
