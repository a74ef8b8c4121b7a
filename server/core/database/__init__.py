"""Connections to PostgreSQL, transactions, migrations."""
