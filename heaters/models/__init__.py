"""SQLModel tables: what PostgreSQL holds."""
