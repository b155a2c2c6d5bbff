"""A bounded cache whose entries live a short time: the least recently used leaves first."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import timedelta
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """At most `size` entries, none older than `lifetime`, by what `passed` says (seconds, from any start)."""

    def __init__(self, size: int, lifetime: timedelta, passed: Callable[[], float]) -> None:
        self._size = size
        self._lifetime = lifetime.total_seconds()
        self._passed = passed
        self._held: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get_all(self, keys: Collection[K]) -> dict[K, V]:
        """Those of them that are held."""
        now = self._passed()
        found = {}
        for key in keys:
            until, value = self._held.get(key, (now, None))
            if value is not None and now < until:
                self._held.move_to_end(key)
                found[key] = value
        return found

    def put_all(self, entries: Mapping[K, V]) -> None:
        """Hold these from now on."""
        until = self._passed() + self._lifetime
        for key, value in entries.items():
            self._held[key] = (until, value)
            self._held.move_to_end(key)
        while len(self._held) > self._size:
            self._held.popitem(last=False)

    def drop(self, keys: Collection[K]) -> None:
        """Hold these no longer."""
        for key in keys:
            self._held.pop(key, None)
