"""Time as the machine has it."""

import asyncio
from datetime import UTC, datetime, timedelta


class SystemClock:
    """`Clock`: the machine's, moved by `offset`, so that a fault or a demonstration may set it ahead or back."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        return datetime.now(UTC) + self.offset

    async def sleep(self, duration: timedelta) -> None:
        """Wait that long; moving the offset makes it neither shorter nor longer."""
        await asyncio.sleep(max(0.0, duration.total_seconds()))
