"""Partner-escalation, running, with two partners."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.partner_escalation.house import POLICY, RIVALS, House, house


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[House]:
    """The default policy, with one partner more."""
    policy = tmp_path / "policy.yaml"
    text = POLICY.read_text("utf-8")
    assert "\npartners:\n" in text
    policy.write_text(text.replace("\npartners:\n", "\npartners:\n" + RIVALS.lstrip("\n"), 1), "utf-8")
    async with house(policy) as running:
        yield running
