"""How a fact travels: what goes out comes back, and what is no fact of ours is unreadable, not half read."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gehoor.events.envelope import (
    Headers,
    Recorded,
    Stream,
    UnreadableError,
    derived_id,
    event_id,
    from_record,
    to_bytes,
    to_headers,
    to_json,
    type_of,
)
from gehoor.events.fact import Fact
from gehoor.events.private import Private, Sealed
from gehoor.events.routing import TransferDeclined, TransferExpired
from gehoor.routing.facts import ReopeningHeard

NOW = datetime(2026, 3, 2, 8, 2, tzinfo=UTC)
MATTER = Stream("complaint", UUID(int=7))
TOKEN: Private[str] = Private(Sealed("1.c2VhbGVk"))
DECLINED = TransferDeclined(
    occurred_at=NOW, from_desk="front-line", to_desk="back-office", by="st_ben", why=TOKEN, offer=1
)


def recorded(fact: Fact = DECLINED, sequence: int | None = 3, traceparent: str | None = None) -> Recorded:
    return Recorded(
        id=UUID(int=1),
        service=fact.service(),
        stream=MATTER,
        fact=fact,
        recorded_at=NOW,
        causation=UUID(int=2),
        correlation=UUID(int=3),
        sequence=sequence,
        traceparent=traceparent,
    )


def changed(**attributes: str | None) -> Headers:
    """The headers of a good record with some attributes replaced, or left out where None."""
    kept = {name: held.decode() for name, held in to_headers(recorded())}
    kept |= {f"ce_{name}": value for name, value in attributes.items() if value is not None}
    return [(name, held.encode()) for name, held in kept.items() if attributes.get(name[3:], held) is not None]


BODY = to_bytes(to_json(DECLINED))


@pytest.mark.parametrize("traceparent", [None, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])
def test_what_goes_out_comes_back(traceparent: str | None) -> None:
    event = recorded(traceparent=traceparent)
    assert from_record(to_headers(event), to_bytes(to_json(event.fact))) == event


def test_the_type_can_be_told_without_reading_the_rest() -> None:
    assert type_of(to_headers(recorded())) == "routing.transfer-declined.v1"
    assert type_of([]) is None


@pytest.mark.parametrize(
    "headers",
    [
        changed(source=f"/gehoor/intake/{MATTER}"),
        changed(source=f"/other/routing/{MATTER}"),
        changed(source="/gehoor/routing/complaint-7"),
        changed(source="/gehoor/routing"),
        changed(source="/gehoor/routing/7even-00000000-0000-0000-0000-000000000007"),
        changed(subject=str(UUID(int=8))),
        changed(type="routing.transfer-declined"),
        changed(type="routing.transfer-dreamt.v1"),
        changed(id="1"),
        changed(sequence="third"),
        changed(recordedtime="yesterday"),
        changed(recordedtime="2026-03-02T08:02:00"),
        *(changed(**{name: None}) for name in ("id", "source", "type", "subject", "recordedtime", "sequence")),
        *(changed(**{name: None}) for name in ("causationid", "correlationid")),
        [("ce_id", b"\xff")],
        [],
    ],
)
def test_a_record_whose_attributes_do_not_hold_together_is_unreadable(headers: Headers) -> None:
    with pytest.raises(UnreadableError):
        from_record(headers, BODY)


@pytest.mark.parametrize(
    "body",
    [
        None,
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"occurred_at": "2026-03-02T08:02:00Z"}',
        BODY.replace(b'"offer":1', b'"offer":0'),
        BODY.replace(b"front-line", b"Front Line"),
        BODY.replace(b"+00:00", b"").replace(b"00Z", b"00"),
    ],
)
def test_a_body_that_does_not_fit_its_type_is_unreadable(body: bytes | None) -> None:
    with pytest.raises(UnreadableError):
        from_record(to_headers(recorded()), body)


def test_what_can_not_be_read_is_told_without_a_word_of_it() -> None:
    said = BODY.replace(b"front-line", b"Zwaluwstaart Straat")
    with pytest.raises(UnreadableError) as unreadable:
        from_record(to_headers(recorded()), said)
    assert "Zwaluw" not in str(unreadable.value)
    assert unreadable.value.__cause__ is None


@given(st.lists(st.tuples(st.sampled_from(["ce_type", "ce_source", "ce_id", "x"]), st.binary())), st.binary())
def test_garbage_is_unreadable_and_nothing_worse(headers: list[tuple[str, bytes]], body: bytes) -> None:
    with pytest.raises(UnreadableError):
        from_record(headers, body)


def test_fields_that_a_newer_writer_added_are_passed_over() -> None:
    newer = json.dumps(json.loads(BODY) | {"mood": "grim"}).encode()
    assert from_record(to_headers(recorded()), newer).fact == DECLINED


def test_a_word_in_the_clear_does_not_travel() -> None:
    clear = DECLINED.model_copy(update={"why": Private("Niet ons contract.")})
    with pytest.raises(ValueError, match="why is in the clear"):
        to_bytes(to_json(clear))


def test_what_a_service_keeps_to_itself_has_no_record() -> None:
    with pytest.raises(ValueError, match="not for the journal"):
        to_headers(recorded(ReopeningHeard(occurred_at=NOW)))


def test_a_fact_without_a_sequence_has_no_record() -> None:
    with pytest.raises(ValueError, match="not for the journal"):
        to_headers(recorded(sequence=None))


def test_the_same_decision_has_the_same_id_and_no_other_has() -> None:
    said = [
        event_id("sla", MATTER, UUID(int=1), "SetClock.0", 0),
        event_id("sla", MATTER, UUID(int=1), "SetClock.0", 1),
        event_id("sla", MATTER, UUID(int=1), "SetClock.1", 0),
        event_id("sla", MATTER, UUID(int=2), "SetClock.0", 0),
        event_id("routing", MATTER, UUID(int=1), "SetClock.0", 0),
        event_id("sla", Stream("staff", MATTER.id), UUID(int=1), "SetClock.0", 0),
    ]
    assert len(set(said)) == len(said)
    assert said[0] == event_id("sla", MATTER, UUID(int=1), "SetClock.0", 0)
    assert derived_id("staff", "st_anna") == derived_id("staff", "st_anna") != derived_id("staff", "st_ben")


def test_a_stream_is_named_and_read_back() -> None:
    assert Stream.parse(str(MATTER)) == MATTER


def test_an_expired_transfer_reads_as_it_was_written() -> None:
    """Without a private field, too."""
    expired = TransferExpired(occurred_at=NOW, from_desk="front-line", to_desk="back-office", offer=1)
    assert from_record(to_headers(recorded(expired)), to_bytes(to_json(expired))).fact == expired
