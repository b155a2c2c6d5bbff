"""What is personal shows itself to nobody who did not ask for it by name."""

import copy
import logging
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from gehoor.events.private import Erased, NotInClearError, Private, Sealed
from gehoor.events.routing import TransferDeclined

NOW = datetime(2026, 3, 2, 8, 2, tzinfo=UTC)
NAME = "Zwaluwstaart"


def declined(why: Any) -> TransferDeclined:
    return TransferDeclined(
        occurred_at=NOW, from_desk="front-line", to_desk="back-office", by="st_ben", why=why, offer=1
    )


@pytest.mark.parametrize(
    "shown",
    [
        repr(Private(NAME)),
        str(Private(NAME)),
        f"{Private(NAME)}",
        "%s" % Private(NAME),  # noqa: UP031 - as a logger does it
        "{!r:>30}".format(Private(NAME)),  # noqa: UP032 - the same
        repr(declined(Private(NAME))),
        str(declined(Private(NAME))),
        repr([declined(Private(NAME))]),
    ],
)
def test_whatever_prints_it_prints_nothing(shown: str) -> None:
    assert NAME not in shown


def test_no_log_line_has_it(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").error("declined: %s", declined(Private(NAME)))
    assert "declined" in caplog.text
    assert NAME not in caplog.text


def test_who_asks_by_name_is_told() -> None:
    assert Private(NAME).reveal() == NAME
    assert Private(NAME).in_clear


def test_a_sealed_value_is_no_value_yet() -> None:
    sealed: Private[str] = Private(Sealed("token"))
    assert not sealed.in_clear
    for ask in (sealed.reveal, lambda: sealed.reveal_or("")):
        with pytest.raises(NotInClearError, match="sealed"):
            ask()


def test_an_erased_value_says_since_when_and_never_what() -> None:
    erased: Private[str] = Private(Erased(NOW))
    assert erased.erased == NOW
    assert erased.reveal_or("gone") == "gone"
    with pytest.raises(NotInClearError, match="erased"):
        erased.reveal()


@pytest.mark.parametrize("held", [NAME, Sealed("token"), Erased(NOW)])
def test_each_shape_goes_out_and_comes_back(held: Any) -> None:
    fact = declined(Private(held))
    assert TransferDeclined.model_validate(fact.model_dump(mode="json")) == fact


@pytest.mark.parametrize(
    "shape", [NAME, {}, {"private": 7}, {"private": NAME, "sealed": "t"}, {"clear": NAME}, {"erased": "soon"}]
)
def test_any_other_shape_is_refused(shape: Any) -> None:
    with pytest.raises(ValidationError):
        declined(shape)


def test_two_are_equal_when_they_hold_the_same() -> None:
    assert Private(NAME) == Private(NAME) != Private("another")
    assert len({Private(NAME), Private(NAME), Private(Sealed(NAME))}) == 2
    assert copy.deepcopy(Private(NAME)) == Private(NAME)
    assert pickle.loads(pickle.dumps(Private(NAME))) == Private(NAME)  # noqa: S301 - our own bytes
