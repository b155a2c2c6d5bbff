"""The `gehoor` command."""
