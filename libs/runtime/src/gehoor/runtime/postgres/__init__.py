"""The ports on PostgreSQL: what a service remembers, and what waits to leave it."""
