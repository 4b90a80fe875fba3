"""Alembic migrations: one numbered pair of files each, the statements in plain SQL."""
