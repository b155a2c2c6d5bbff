"""What is asked of partner-escalation: rows for us, rows for a partner, and a partner's record."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from gehoor.events.envelope import Stream
from gehoor.events.fact import Fact
from gehoor.events.partner import ReminderReason
from gehoor.partner_escalation.domain import TICKETS
from gehoor.partner_escalation.domain.commands import Arrival, Hear
from gehoor.partner_escalation.views import MATTERS, OF_PARTNER, TICKETS_OF, record, rows
from gehoor.runtime.ports import Row
from tests.given import given
from tests.unit.partner_escalation.prize import (
    ASKED,
    HEARD,
    OTHER_TICKET,
    RIVAL,
    SHARED,
    TICKET,
    accept,
    deadline_heard,
    disputed,
    owner_heard,
    record_attempt,
    resolved,
    ticket_delivered,
    ticket_opened,
)

STREAM = Stream("tickets", UUID(int=1))
OPENED = (*HEARD, ticket_opened())


def shown(*facts: Fact) -> dict[tuple[str, str], Row]:
    return {(row.view, row.key): row for row in rows(STREAM, given(TICKETS, *facts).state)}


def test_a_ticket_is_found_by_complaint_partner_stage_desk_and_trouble() -> None:
    row = shown(*OPENED)[TICKETS_OF, str(TICKET)]
    assert set(row.tags) == {
        f"complaint={STREAM.id}",
        "partner=sponsor",
        "stage=asked",
        "desk=audience",
        "late=no",
        "undelivered=no",
    }
    assert row.audience is None


def test_a_partner_is_the_audience_of_its_own_row_and_reads_nothing_of_ours_there() -> None:
    of_two = shown(*OPENED, ticket_opened(ticket_id=OTHER_TICKET, partner=RIVAL))
    own, others = of_two[OF_PARTNER, str(TICKET)], of_two[OF_PARTNER, str(OTHER_TICKET)]
    assert (own.audience, others.audience) == ("sponsor", "rival")
    assert not {"desk", "opened_by", "late", "disputes", "partner"} & set(own.body)


def test_no_row_holds_a_word_of_anybody() -> None:
    told = shown(*OPENED, resolved(), disputed())
    text = json.dumps([row.body for row in told.values()])
    assert not [word for word in (ASKED, "Sent.", "Nothing came.", *SHARED.values()) if word in text]


def test_after_a_transfer_the_ticket_is_found_under_its_new_owner() -> None:
    moved = shown(*OPENED, owner_heard("back-office", 1))
    assert "desk=back-office" in moved[TICKETS_OF, str(TICKET)].tags
    assert moved[MATTERS, str(STREAM.id)].body["desk"] == "back-office"


def test_a_message_that_was_given_up_is_found() -> None:
    gave_up = given(TICKETS, *OPENED).when(record_attempt(Arrival.REFUSED)).so()
    row = shown(*gave_up.facts)[TICKETS_OF, str(TICKET)]
    assert "undelivered=yes" in row.tags
    assert row.body["undelivered"] == ["opened"]


def test_a_complaint_that_was_not_heard_of_has_no_row() -> None:
    assert shown() == {}


def bodies(*tickets: Sequence[Fact]) -> list[Any]:
    return [shown(*OPENED, *facts)[TICKETS_OF, str(TICKET)].body for facts in tickets]


def test_a_partners_record_counts_tickets_and_times_them_from_being_told() -> None:
    late = given(TICKETS, *OPENED, ticket_delivered()).when(Hear(deadline_heard(ReminderReason.MISSED))).so()
    quick = given(TICKETS, *OPENED, ticket_delivered(), resolved(minutes=16)).when(accept()).so()
    silent: list[Fact] = []
    told = bodies([*late.facts[len(OPENED) :], resolved(minutes=126), disputed()], quick.facts[len(OPENED) :], silent)
    assert record(told) == {
        "tickets": 3,
        "open": 2,
        "answered": 2,
        "in_time": 1,
        "late": 1,
        "disputed": 1,
        "accepted": 1,
        "reminders": 1,
        "median_answer_seconds": 65 * 60,
        "worst_answer_seconds": 120 * 60,
    }


def test_a_partner_that_was_asked_nothing_has_no_times() -> None:
    assert record([])["median_answer_seconds"] is None
    assert record([])["tickets"] == 0
