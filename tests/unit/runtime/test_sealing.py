"""What sealing promises: three outcomes, and a token that opens only where it belongs."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gehoor.events.private import Erased
from gehoor.runtime.ports import DefectError, UnknownKeyError
from gehoor.runtime.sealing import holds, seal, seal_body, unseal, unseal_body
from tests.ledger import NOON

KEY, OTHER = bytes(range(32)), bytes(32)
EVENT = uuid4()
CLEAR: Mapping[str, Any] = {"cents": 3, "who": {"private": "Els"}, "points": [{"private": {"phone": "é\x00"}}, 1]}


def test_what_was_sealed_opens_again() -> None:
    sealed = seal(CLEAR, KEY, EVENT)
    assert not holds(sealed, "private")
    assert "Els" not in json.dumps(sealed)
    assert sealed["cents"] == 3
    assert unseal(sealed, KEY, EVENT) == CLEAR


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_value_opens_as_it_was(value: object) -> None:
    try:
        sealed = seal({"field": {"private": value}}, KEY, EVENT)
    except UnicodeEncodeError:
        assert "\\ud" in json.dumps(value)
        return
    assert unseal(sealed, KEY, EVENT) == {"field": {"private": value}}


def test_an_erased_subject_opens_to_when_it_was_erased() -> None:
    sealed = seal(CLEAR, KEY, EVENT)
    opened = unseal(sealed, Erased(NOON), EVENT)
    assert opened["who"] == {"erased": NOON.isoformat()}
    assert opened["cents"] == 3


def test_an_unknown_key_is_an_error_and_never_a_blank() -> None:
    with pytest.raises(UnknownKeyError):
        unseal(seal(CLEAR, KEY, EVENT), None, EVENT)
    with pytest.raises(UnknownKeyError):
        seal(CLEAR, None, EVENT)


def test_without_anything_private_no_key_is_needed() -> None:
    assert seal({"cents": 3}, None, EVENT) == {"cents": 3}
    assert unseal({"cents": 3}, None, EVENT) == {"cents": 3}


def test_a_token_moved_to_another_fact_does_not_open() -> None:
    with pytest.raises(DefectError):
        unseal(seal(CLEAR, KEY, EVENT), KEY, uuid4())


def test_a_token_moved_to_another_field_does_not_open() -> None:
    sealed = seal(CLEAR, KEY, EVENT)
    with pytest.raises(DefectError):
        unseal({"whom": sealed["who"]}, KEY, EVENT)
    with pytest.raises(DefectError):
        unseal({"points": [0, sealed["points"][0]]}, KEY, EVENT)


def test_a_token_does_not_open_with_another_subjects_key() -> None:
    with pytest.raises(DefectError):
        unseal(seal(CLEAR, KEY, EVENT), OTHER, EVENT)


@pytest.mark.parametrize("token", ["", "2.AAAA", "1.", "1.AAAA", "1.!!!!", 7, None])
def test_what_is_no_token_does_not_open(token: object) -> None:
    with pytest.raises(DefectError):
        unseal({"who": {"sealed": token}}, KEY, EVENT)


def test_the_same_value_sealed_twice_does_not_look_the_same() -> None:
    assert seal(CLEAR, KEY, EVENT) != seal(CLEAR, KEY, EVENT)


def test_what_is_sealed_for_another_fact_can_not_be_decided_on() -> None:
    with pytest.raises(DefectError):
        seal({"who": {"sealed": "1.AAAA"}}, KEY, EVENT)


def test_a_body_opens_with_its_key_and_for_what_it_was_sealed() -> None:
    sealed = seal_body(b"a scan", KEY, "sha256:1")
    assert b"a scan" not in sealed
    assert unseal_body(sealed, KEY, "sha256:1") == b"a scan"
    for body, key, bound_to in [(sealed, OTHER, "sha256:1"), (sealed, KEY, "sha256:2"), (b"", KEY, "sha256:1")]:
        with pytest.raises(DefectError):
            unseal_body(body, key, bound_to)
