"""Intake, for whoever asks."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.intake.house import House, house


@pytest.fixture
async def intake() -> AsyncIterator[House]:
    """Intake on the memory twins."""
    async with house() as running:
        yield running
