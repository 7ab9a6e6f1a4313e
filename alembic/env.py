"""Alembic's entry: runs migrations over the connection that ``heaters.migrations`` hands it."""

from alembic import context
from sqlalchemy import Connection

from heaters.models import Video


def _ours(name: str | None, type_: str, _parent_names: object) -> bool:
    """Leave the HNSW indexes out: each embedding model gets its own when it is first used."""
    return not (type_ == "index" and (name or "").startswith("hnsw_"))


connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Video.metadata,
    include_name=_ours,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
