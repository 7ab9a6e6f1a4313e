"""The migration of warnings carries sentences over, there and back."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Engine, create_engine, text

from heaters import migrations

INSERT = text(
    "INSERT INTO videos (title, source, state, warning, created_at)"
    " VALUES ('a', 'a.mp4', 'new', :warning, now())"
)
ADD_ANOTHER = text("""UPDATE videos SET warnings = warnings || '{"code": "x", "text": "So."}'""")


def stored(engine: Engine, column: str) -> list[object]:
    with engine.connect() as connection:
        return list(connection.scalars(text(f"SELECT {column} FROM videos ORDER BY id")))


def test_a_sentence_becomes_a_warning_and_warnings_a_sentence(database_url: str):
    engine = create_engine(database_url)
    with engine.begin() as connection:
        command.upgrade(migrations._config(connection), "0004")
    with engine.begin() as connection:
        connection.execute(INSERT, [{"warning": None}, {"warning": "It ends early."}])
    with engine.begin() as connection:
        command.upgrade(migrations._config(connection), "0005")
    assert stored(engine, "warnings") == [[], [{"code": "other", "text": "It ends early."}]]
    with engine.begin() as connection:
        connection.execute(ADD_ANOTHER)
    with engine.begin() as connection:
        command.downgrade(migrations._config(connection), "0004")
    assert stored(engine, "warning") == ["So.", "It ends early. So."]
    engine.dispose()
