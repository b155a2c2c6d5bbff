"""The same databases as the contracts' tests."""

from tests.contract.conftest import migrated, pool, template

__all__ = ["migrated", "pool", "template"]
