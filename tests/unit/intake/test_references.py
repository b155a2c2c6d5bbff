"""References survive the telephone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gehoor.events.intake import ComplaintReceived
from gehoor.intake.references import BITS, heard, reference
from tests.unit.intake.examples import complaint_received

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DRAWN = st.integers(0, 2**BITS - 1)


@given(DRAWN)
def test_every_number_is_a_reference_that_is_heard_again(drawn: int) -> None:
    made = reference(drawn)
    assert heard(made) == made
    assert ComplaintReceived.model_validate(complaint_received(reference=made)).reference == made


@given(DRAWN, DRAWN)
def test_two_numbers_are_two_references(one: int, other: int) -> None:
    assert (reference(one) == reference(other)) is (one == other)


@given(DRAWN, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_misheard_character_is_noticed(drawn: int, place: int, instead: str) -> None:
    plain = reference(drawn).replace("-", "")
    misheard = plain[:place] + instead + plain[place + 1 :]
    assert (heard(misheard) is None) is (misheard != plain)


@given(DRAWN, st.integers(0, 6))
def test_two_swapped_characters_are_noticed(drawn: int, place: int) -> None:
    plain = reference(drawn).replace("-", "")
    swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    assert (heard(swapped) is None) is (swapped != plain)


@given(DRAWN)
def test_blanks_case_and_confusable_letters_do_not_matter(drawn: int) -> None:
    made = reference(drawn)
    said = made.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert heard(f" {said} ") == made


@pytest.mark.parametrize("said", ["", "ABCD", "UUUU-UUUU", "ABCD-EFGH-JKMN", "\x00", "é" * 8])
def test_anything_else_is_none(said: str) -> None:
    assert heard(said) is None
