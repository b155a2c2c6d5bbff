"""What can go wrong below a service."""


class StaleError(Exception):
    """Another handling was first: a stream moved on, a due row was taken, a sequence was handled. Start again."""


class TakenError(StaleError):
    """The due row that was fired no longer stands: another fired it, or it was moved. There is nothing to do again."""


class TemporaryError(Exception):
    """Something is away that will be back: the same message again, a little later."""


class UnknownKeyError(TemporaryError):
    """A subject's key can't be read now; that is never the same as erased."""


class DefectError(Exception):
    """The code contradicts itself; nobody outside can mend it."""
