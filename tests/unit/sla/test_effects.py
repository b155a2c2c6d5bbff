"""What a watch has due, and the words in which somebody is asked for an answer."""

import json
from datetime import timedelta

from gehoor.events.envelope import Stream
from gehoor.events.sla import DeliveryChannel
from gehoor.runtime.ports import Due
from gehoor.sla.domain import Watch
from gehoor.sla.domain.commands import AttemptEnd, TicketTurn
from gehoor.sla.domain.watch import delivery_of, escalation_of, ticket_clock
from gehoor.sla.effects import due, mail, question, webhook
from tests.unit.sla.saying import (
    A_MISS,
    A_PROMISE,
    COMPLAINT,
    POLICY,
    REFERENCE,
    TICKET,
    after,
    at,
    attempted,
    climb,
    of,
    owned_by,
    received,
    ticket,
)

STREAM = Stream("watch", COMPLAINT)
ESCALATION = escalation_of(of())
DELIVERY = delivery_of(ESCALATION, 1, 0, DeliveryChannel.MAIL)
ANSWER_AT = "https://ours.example/escalations/{id}"


def rows(watch: Watch, *kinds: str) -> list[Due]:
    return [row for row in due(STREAM, watch) if row.kind in kinds]


def test_a_running_clock_fires_at_its_due() -> None:
    (row,) = [row for row in rows(A_PROMISE.state, "clock") if row.key == of()]
    assert row == Due("clock", of(), STREAM, at("Tue 17:00"), 1)


def test_a_moved_clock_is_armed_anew_and_a_missed_one_no_more() -> None:
    moved = after(received("Mon 09:02"), owned_by("back-office")).state
    assert [(row.at, row.arming) for row in rows(moved, "clock")][1] == (at("Tue 14:00"), 2)
    assert of() not in {row.key for row in rows(A_MISS.state, "clock")}


def test_a_warning_is_due_until_it_was_given() -> None:
    asked = after(received(), ticket("Mon 10:00", TicketTurn.ASKED, "opened")).state
    assert rows(asked, "warning") == [Due("warning", ticket_clock(TICKET, "opened"), STREAM, at("Thu 08:00"), 1)]


def test_an_open_question_climbs_when_its_time_is_over_and_each_level_is_an_arming() -> None:
    assert rows(A_MISS.state, "ladder") == [Due("ladder", ESCALATION, STREAM, at("Wed 11:00"), 1)]
    climbed = A_MISS.when(climb(of(), "Wed 11:00")).so().state
    assert rows(climbed, "ladder") == [Due("ladder", ESCALATION, STREAM, at("Wed 15:00"), 2)]


def test_an_attempt_to_deliver_is_due_at_once_and_again_when_it_failed() -> None:
    assert rows(A_MISS.state, "mail") == [Due("mail", DELIVERY, STREAM, at("Tue 17:00"), 1)]
    tried = A_MISS.when(attempted(of(), "Tue 17:00", AttemptEnd.FAILED, again="Tue 17:05")).so().state
    assert rows(tried, "mail") == [Due("mail", DELIVERY, STREAM, at("Tue 17:05"), 2)]


def test_the_mail_says_what_was_owed_who_is_asked_until_when_and_where_to_answer() -> None:
    asked = question(STREAM, A_MISS.state, DELIVERY, ANSWER_AT)
    assert asked is not None
    written = mail(asked, "deputy@ours.example", POLICY)
    assert (written.key, written.to, written.reference) == (DELIVERY, "deputy@ours.example", REFERENCE)
    assert written.subject == "Answer wanted: a call back that was promised (level 1)"
    assert written.text == (
        f"{REFERENCE}: nobody has seen to a call back that was promised.\n\n"
        "It was due on Tue 3 Mar 2026 17:00 Europe/Brussels.\n"
        "Accountable desk: front-line.\n"
        "This is level 1 (deputy).\n"
        "An answer is wanted by Wed 4 Mar 2026 11:00 Europe/Brussels; after that the next level is asked.\n\n"
        "An answer names the person who takes it up, the next step, and by when it is done:\n"
        f"https://ours.example/escalations/{ESCALATION}\n"
    )


def test_a_level_that_could_not_be_told_yet_is_told_as_it_was_asked() -> None:
    """The ladder climbed while the mail server was away: the first mail still names the deputy and their own moment."""
    climbed = A_MISS.when(climb(of(), "Wed 11:00")).so().state
    first, second = (
        question(STREAM, climbed, delivery_of(ESCALATION, level, 0, DeliveryChannel.MAIL), ANSWER_AT)
        for level in (1, 2)
    )
    assert first is not None
    assert second is not None
    assert "level 1 (deputy)" in mail(first, "a@ours.example", POLICY).text
    assert "Wed 4 Mar 2026 11:00" in mail(first, "a@ours.example", POLICY).text
    assert "level 2 (coordinator)" in mail(second, "a@ours.example", POLICY).text
    assert second.delivery.answer_by - first.delivery.answer_by == timedelta(hours=4)


def test_the_webhook_says_the_same_to_a_machine() -> None:
    asked = question(STREAM, A_MISS.state, DELIVERY, ANSWER_AT)
    assert asked is not None
    assert json.loads(webhook(asked)) == {
        "type": "escalation.raised",
        "timestamp": "2026-03-03T16:00:00Z",
        "data": {
            "escalation_id": str(ESCALATION),
            "complaint_id": str(COMPLAINT),
            "reference": REFERENCE,
            "level": 1,
            "repeat": 0,
            "addressee": "deputy",
            "desk": "front-line",
            "clock": "promise",
            "promise": "call-back",
            "due": "2026-03-03T16:00:00Z",
            "answer_by": "2026-03-04T10:00:00Z",
            "answer_at": f"https://ours.example/escalations/{ESCALATION}",
        },
    }
