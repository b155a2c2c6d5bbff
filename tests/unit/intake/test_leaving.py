"""What leaves the house is tried until it arrives or is given up; an erased person is sent nothing."""

from gehoor.events.intake import Attachment, ErasureGround, MessageDelivered, MessageSetAside, PersonErased, Reached
from gehoor.events.intake import SetAsideReason as Reason
from gehoor.events.terms import Channel
from gehoor.intake.domain.matter import MATTER
from gehoor.intake.domain.message import MESSAGE, EraseMessage, SetAside
from gehoor.intake.domain.noting import NoteDelivery, NoteErasure
from gehoor.intake.domain.person import PERSON, ErasePerson, NoteDestroyed
from gehoor.intake.facts import DeliveryAttempted, KeysDestroyed, SubjectErased
from tests.given import given
from tests.unit.intake.examples import (
    ADDRESS,
    CLAIMED,
    COMPLAINT,
    CUSTOMER,
    HOUR,
    MAIL,
    MONDAY,
    OTHER,
    STAFF,
    acknowledged,
    complaint_received,
)

WAITING = given(MATTER, complaint_received(contact_points=(CLAIMED,)), acknowledged())


def tried(attempt: int = 1, *, taken: bool = False, again: bool = True) -> NoteDelivery:
    detail = "taken" if taken else "smtp-451"
    return NoteDelivery(MONDAY, MAIL, attempt, taken, detail, MONDAY + HOUR if again else None)


def test_an_acknowledgement_waits_to_be_delivered() -> None:
    assert WAITING.state.deliveries[MAIL].next_at == MONDAY


def test_a_message_that_was_taken_is_delivered() -> None:
    done = WAITING.when(tried(taken=True)).then(
        MessageDelivered(occurred_at=MONDAY, delivery_id=MAIL, reached=Reached.DELIVERED, attempts=1, detail="taken")
    )
    assert done.state.deliveries[MAIL].next_at is None
    done.when(tried(taken=True)).nothing()


def test_a_message_that_was_not_taken_is_tried_again() -> None:
    again = WAITING.when(tried()).then(
        DeliveryAttempted(occurred_at=MONDAY, delivery_id=MAIL, attempt=1, detail="smtp-451", next_at=MONDAY + HOUR)
    )
    assert again.state.deliveries[MAIL].next_at == MONDAY + HOUR
    again.when(tried(attempt=1)).nothing()


def test_a_message_is_given_up_after_the_last_attempt() -> None:
    (
        WAITING.when(tried())
        .so()
        .when(tried(2, again=False))
        .then(
            MessageDelivered(
                occurred_at=MONDAY, delivery_id=MAIL, reached=Reached.FAILED, attempts=2, detail="smtp-451"
            )
        )
    )


def test_an_erased_person_is_sent_nothing_and_found_by_nothing() -> None:
    gone = WAITING.when(NoteErasure(MONDAY, CUSTOMER)).then(SubjectErased(occurred_at=MONDAY, customer_id=CUSTOMER))
    assert gone.state.deliveries[MAIL].next_at is None
    assert gone.state.points == ()
    gone.when(NoteErasure(MONDAY, CUSTOMER)).nothing()


def test_what_is_owed_stays_owed_when_a_person_is_erased() -> None:
    gone = WAITING.when(NoteErasure(MONDAY, CUSTOMER)).so()
    assert gone.state.owner.desk == "front-line"
    assert gone.state.status == "open"


def test_a_person_is_erased_once_for_each_subject() -> None:
    def erase(*subjects: object) -> ErasePerson:
        return ErasePerson(MONDAY, CUSTOMER, tuple(subjects), ErasureGround.REQUESTED, STAFF)  # type: ignore[arg-type]

    def erased(*subjects: object) -> PersonErased:
        return PersonErased(
            occurred_at=MONDAY,
            customer_id=CUSTOMER,
            subjects=tuple(subjects),  # type: ignore[arg-type]
            ground=ErasureGround.REQUESTED,
            by=STAFF,
        )

    once = given(PERSON).when(erase(COMPLAINT)).then(erased(COMPLAINT))
    once.when(erase(COMPLAINT)).nothing()
    once.when(erase(COMPLAINT, OTHER)).then(erased(OTHER))


def test_the_keys_stay_to_be_destroyed_until_they_are() -> None:
    fact = PersonErased(
        occurred_at=MONDAY, customer_id=CUSTOMER, subjects=(COMPLAINT,), ground=ErasureGround.REQUESTED, by=STAFF
    )
    erased = given(PERSON, fact)
    assert erased.state.pending == {COMPLAINT}
    done = erased.when(NoteDestroyed(MONDAY, frozenset({COMPLAINT}))).then(
        KeysDestroyed(occurred_at=MONDAY, subjects=(COMPLAINT,))
    )
    assert not done.state.pending
    done.when(NoteDestroyed(MONDAY, frozenset({COMPLAINT}))).nothing()


def test_a_message_is_set_aside_once_and_loses_its_sender_with_the_person() -> None:
    kept = Attachment(digest="sha256:" + "b" * 64, size=3, media_type="message/rfc822")
    set_aside = SetAside(MONDAY, Reason.AUTO_REPLY, Channel.EMAIL, kept, "auto-submitted", sender=ADDRESS)
    aside = (
        given(MESSAGE)
        .when(set_aside)
        .then(
            MessageSetAside(
                occurred_at=MONDAY,
                reason=Reason.AUTO_REPLY,
                channel=Channel.EMAIL,
                kept=kept,
                detail="auto-submitted",
                sender=ADDRESS,
            )
        )
    )
    aside.when(set_aside).nothing()
    gone = aside.when(EraseMessage(MONDAY, CUSTOMER)).then(SubjectErased(occurred_at=MONDAY, customer_id=CUSTOMER))
    assert gone.state.sender is None
    gone.when(EraseMessage(MONDAY, CUSTOMER)).nothing()
