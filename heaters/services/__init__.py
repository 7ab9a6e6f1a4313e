"""Use cases: take a unit of work, lock what they change, never commit."""
