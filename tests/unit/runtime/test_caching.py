"""The cache forgets: by age, by number, and when told."""

from datetime import timedelta

from gehoor.runtime.caching import Cache


def test_what_is_put_is_held() -> None:
    cache: Cache[str, int] = Cache(2, timedelta(seconds=1), lambda: 0.0)
    cache.put_all({"a": 1, "b": 2})
    assert cache.get_all(["a", "b", "c"]) == {"a": 1, "b": 2}


def test_the_least_recently_used_leaves_first() -> None:
    cache: Cache[str, int] = Cache(2, timedelta(seconds=1), lambda: 0.0)
    cache.put_all({"a": 1, "b": 2})
    cache.get_all(["a"])
    cache.put_all({"c": 3})
    assert cache.get_all(["a", "b", "c"]) == {"a": 1, "c": 3}


def test_nothing_is_held_longer_than_its_lifetime_however_often_it_is_read() -> None:
    now = [0.0]
    cache: Cache[str, int] = Cache(2, timedelta(seconds=1), lambda: now[0])
    cache.put_all({"a": 1})
    for now[0] in (0.5, 0.999):
        assert cache.get_all(["a"]) == {"a": 1}
    now[0] = 1.0
    assert cache.get_all(["a"]) == {}


def test_what_is_dropped_is_gone() -> None:
    cache: Cache[str, int] = Cache(2, timedelta(seconds=1), lambda: 0.0)
    cache.put_all({"a": 1})
    cache.drop(["a", "never there"])
    assert cache.get_all(["a"]) == {}
