"""The twin of the mail server: takes all that it is sent, or what the test says it makes of it."""

from collections.abc import Callable
from datetime import UTC, datetime

from gehoor.runtime.deliveries.mail import write
from gehoor.runtime.ports import Attempted, Mail, Result

TAKEN = Attempted(Result.TAKEN, "smtp-250", 250)
_EPOCH = datetime.fromtimestamp(0, UTC)


class MemoryMailer:
    """`Mailer` in memory: `sent` holds every attempt, `answer` decides what becomes of the next ones."""

    def __init__(self, answer: Callable[[Mail], Attempted] = lambda _mail: TAKEN) -> None:
        self.sent: list[Mail] = []
        self.answer = answer

    async def send(self, mail: Mail) -> Attempted:
        """Note the attempt; mail that can't be written is refused, as the real one does."""
        try:
            write(mail, "complaints@example.org", _EPOCH)
        except ValueError:
            return Attempted(Result.REFUSED, "unwritable")
        self.sent.append(mail)
        return self.answer(mail)
