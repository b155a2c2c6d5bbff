"""From the first fact on, a desk is accountable; and a customer hears once that we have it."""

from typing import Any

from gehoor.events.intake import ReporterThanked, ReportHandled
from gehoor.events.terms import Channel, Direction, Joined, Outcome, Step
from gehoor.intake.domain.matter import MATTER
from gehoor.intake.domain.receiving import ConfirmReceipt, Sender
from tests.given import given
from tests.unit.intake.examples import (
    CLAIMED,
    COMPLAINT,
    CUSTOMER,
    FIRST,
    HOUR,
    MAIL,
    MONDAY,
    SECOND,
    STAFF,
    acknowledged,
    complaint_received,
    contact_recorded,
    handle_report,
    receive_complaint,
    receive_report,
    record_contact,
    report_received,
)

HEARD = (Step.LET_SPEAK, Step.ACKNOWLEDGED)
BY_PHONE: dict[str, Any] = {"direction": Direction.IN, "joined": Joined.FIRST, "steps": HEARD}


def test_who_phones_and_is_heard_is_acknowledged_by_a_person() -> None:
    (
        given(MATTER)
        .when(receive_complaint(contact=record_contact(at=MONDAY, **BY_PHONE)))
        .then(
            complaint_received(),
            contact_recorded(occurred_at=MONDAY, **BY_PHONE),
            acknowledged(automatic=False, channel=Channel.PHONE, delivery_id=None, contact_id=FIRST),
        )
    )


def test_a_person_who_acknowledged_leaves_nothing_for_the_system_to_acknowledge() -> None:
    command = receive_complaint(
        contact=record_contact(at=MONDAY, **BY_PHONE), confirm=ConfirmReceipt(Channel.EMAIL, MAIL)
    )
    facts = given(MATTER).when(command).facts
    assert [fact.type for fact in facts].count("intake.acknowledged.v1") == 1


def test_what_a_person_acknowledged_by_word_of_mouth_is_confirmed_in_writing() -> None:
    command = receive_complaint(
        contact=record_contact(at=MONDAY, **BY_PHONE), confirm=ConfirmReceipt(Channel.EMAIL, MAIL)
    )
    confirmed = (
        given(MATTER)
        .when(command)
        .then(
            complaint_received(),
            contact_recorded(occurred_at=MONDAY, **BY_PHONE),
            acknowledged(automatic=False, channel=Channel.PHONE, contact_id=FIRST),
        )
    )
    assert confirmed.state.deliveries[MAIL].next_at == MONDAY


def test_a_web_form_is_acknowledged_by_the_system() -> None:
    (
        given(MATTER)
        .when(receive_complaint(channel=Channel.WEB, confirm=ConfirmReceipt(Channel.EMAIL, MAIL)))
        .then(complaint_received(channel=Channel.WEB), acknowledged())
    )


def test_a_machine_is_not_acknowledged() -> None:
    (
        given(MATTER)
        .when(receive_complaint(channel=Channel.EMAIL, confirm=None))
        .then(complaint_received(channel=Channel.EMAIL))
    )


def test_a_call_without_attention_leaves_the_acknowledgement_owed_until_somebody_gives_it() -> None:
    late: dict[str, Any] = {
        "direction": Direction.OUT,
        "channel": Channel.PHONE,
        "steps": HEARD,
        "outcome": Outcome.REACHED,
    }
    (
        given(MATTER, complaint_received())
        .when(record_contact(**late))
        .then(
            contact_recorded(**late),
            acknowledged(
                occurred_at=contact_recorded().occurred_at,
                automatic=False,
                channel=Channel.PHONE,
                delivery_id=None,
                contact_id=FIRST,
            ),
        )
    )


def test_nobody_is_acknowledged_twice() -> None:
    (
        given(MATTER, complaint_received(), acknowledged())
        .when(record_contact(steps=HEARD))
        .then(contact_recorded(steps=HEARD))
    )


def test_a_voicemail_acknowledges_nothing() -> None:
    facts = given(MATTER, complaint_received()).when(record_contact(steps=HEARD, outcome=Outcome.VOICEMAIL)).facts
    assert facts == (contact_recorded(steps=HEARD, outcome=Outcome.VOICEMAIL),)


def test_the_same_complaint_under_the_same_id_is_received_once() -> None:
    given(MATTER, complaint_received()).when(receive_complaint()).nothing()


def test_a_report_is_received_without_acknowledgement() -> None:
    given(MATTER).when(receive_report()).then(report_received())


def test_an_anonymous_report_names_nobody() -> None:
    given(MATTER).when(receive_report(sender=None)).then(report_received(customer_id=None))


def test_a_reporter_who_left_an_address_is_thanked() -> None:
    known = report_received(contact_points=(CLAIMED,))
    (
        given(MATTER)
        .when(receive_report(sender=Sender(CUSTOMER, points=(CLAIMED,))))
        .then(known)
        .when(handle_report(thanks_id=MAIL))
        .then(
            ReportHandled(occurred_at=MONDAY + HOUR, by=STAFF, fixed=True),
            ReporterThanked(occurred_at=MONDAY + HOUR, channel=Channel.EMAIL, delivery_id=MAIL),
        )
    )


def test_an_anonymous_reporter_can_not_be_thanked() -> None:
    (
        given(MATTER, report_received())
        .when(handle_report(thanks_id=MAIL))
        .then(ReportHandled(occurred_at=MONDAY + HOUR, by=STAFF, fixed=True))
    )


def test_a_report_is_handled_once() -> None:
    done = given(MATTER, report_received()).when(handle_report()).so()
    done.when(handle_report()).refused("already-handled")


def test_a_report_of_the_same_spot_is_handled_with_the_first_unless_it_was_already() -> None:
    followed = given(MATTER, report_received(same_as=COMPLAINT)).when(handle_report(handled_with=COMPLAINT)).so()
    followed.when(handle_report(handled_with=COMPLAINT)).nothing()


def test_a_complaint_is_not_handled_like_a_report() -> None:
    given(MATTER, complaint_received()).when(handle_report()).refused("not-a-report")


def test_nothing_is_recorded_of_what_was_never_received() -> None:
    given(MATTER).when(record_contact(SECOND)).refused("unknown")
