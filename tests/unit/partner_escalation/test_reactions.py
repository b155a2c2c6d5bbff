"""What others' facts mean for tickets."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from gehoor.events.envelope import Recorded, Stream
from gehoor.events.fact import Fact
from gehoor.events.intake import (
    Closed,
    ComplaintReceived,
    ContactPoint,
    ErasureGround,
    Merged,
    PersonErased,
    PointKind,
    Reclassified,
    RemarkReceived,
    Reopened,
    ReportReceived,
    Withdrawn,
)
from gehoor.events.partner import ReminderReason
from gehoor.events.private import Erased, Private
from gehoor.events.routing import (
    AssignReason,
    Because,
    ComplaintClassified,
    OwnerAccepted,
    OwnerAssigned,
    ReportForwarded,
)
from gehoor.events.sla import DeadlineApproaching, DeadlineMissed, MissCorrected, MissReason, Watched
from gehoor.events.terms import (
    Channel,
    ClockId,
    ClockKind,
    CloseBasis,
    ComplaintId,
    CustomerId,
    MatterKind,
    RemarkKind,
    ReopenReason,
    Severity,
    TicketId,
)
from gehoor.partner_escalation import reactions
from gehoor.partner_escalation.domain.commands import Hear
from gehoor.partner_escalation.facts import (
    CategoryHeard,
    CorrectionHeard,
    DeadlineHeard,
    End,
    EndHeard,
    ErasureHeard,
    MatterHeard,
    Note,
    OwnerHeard,
    ReclassificationHeard,
    ReopeningHeard,
)
from gehoor.partner_escalation.listen import LISTENS_TO, UNSEALS
from gehoor.partner_escalation.policy import read
from tests.unit.partner_escalation.prize import START, at
from tests.unit.partner_escalation.test_policy import WRITTEN

COMPLAINT = ComplaintId(UUID(int=1))
TICKET, CLOCK = TicketId(UUID(int=2)), ClockId(UUID(int=3))
POLICY = read(WRITTEN, "test.yaml")


def heard(fact: Fact) -> list[tuple[ComplaintId, Hear]]:
    id_ = uuid4()
    recorded = Recorded(id_, fact.service(), Stream("complaint", COMPLAINT), fact, at(1), id_, id_, 1)
    return list(reactions.react(recorded, POLICY))


def noted(fact: Fact) -> Note:
    ((complaint, command),) = heard(fact)
    assert complaint == COMPLAINT
    assert command.opens == ()
    return command.note


def received(fact: type[Fact], **changes: Any) -> Fact:
    fields: dict[str, Any] = {
        "occurred_at": START,
        "reference": "7KQ2-M9XD",
        "desk": "front-line",
        "customer_id": CustomerId(UUID(int=4)),
        "name": Private("Noor Claes"),
        "contact_points": (ContactPoint(kind=PointKind.EMAIL, address=Private("noor@mail.example")),),
        "text": Private("Nothing came."),
        "language": "en",
    }
    return fact(**fields | changes)


def test_of_a_complaint_is_kept_what_may_be_shown_and_nothing_of_what_was_said() -> None:
    fact = received(ComplaintReceived, channel=Channel.WEB, product="Contest", label="prize")
    note = noted(fact)
    assert isinstance(note, MatterHeard)
    assert note == MatterHeard(
        occurred_at=START,
        matter=MatterKind.COMPLAINT,
        desk="front-line",
        reference="7KQ2-M9XD",
        name=Private("Noor Claes"),
        contact_points=(ContactPoint(kind=PointKind.EMAIL, address=Private("noor@mail.example")),),
        product="Contest",
        label="prize",
    )


def test_a_remark_and_a_report_are_kept_for_they_may_turn_out_to_be_complaints() -> None:
    remark = noted(received(RemarkReceived, channel=Channel.WEB, kind=RemarkKind.WISH))
    report = noted(received(ReportReceived, page=Private("https://news.example/1"), spot="sha256:" + "0" * 64))
    assert isinstance(remark, MatterHeard)
    assert isinstance(report, MatterHeard)
    assert (remark.matter, report.matter) == (MatterKind.REMARK, MatterKind.REPORT)


def test_of_somebody_who_was_erased_meanwhile_nothing_is_kept() -> None:
    gone: Private[str] = Private(Erased(at(1)))
    points = (ContactPoint(kind=PointKind.EMAIL, address=gone),)
    note = noted(received(ComplaintReceived, channel=Channel.WEB, name=gone, contact_points=points, text=gone))
    assert isinstance(note, MatterHeard)
    assert (note.name, note.contact_points) == (None, ())


@pytest.mark.parametrize(
    ("fact", "note"),
    [
        (
            Closed(occurred_at=at(9), basis=CloseBasis.ACCEPTED, hand_off=0, desk="audience", by="st_els"),
            EndHeard(occurred_at=at(9), end=End.CLOSED),
        ),
        (Withdrawn(occurred_at=at(9)), EndHeard(occurred_at=at(9), end=End.WITHDRAWN)),
        (
            Merged(occurred_at=at(9), into=ComplaintId(UUID(int=8)), received_at=START, by="st_els"),
            EndHeard(occurred_at=at(9), end=End.MERGED),
        ),
        (Reopened(occurred_at=at(9), reason=ReopenReason.BY_STAFF), ReopeningHeard(occurred_at=at(9))),
        (
            Reclassified(
                occurred_at=at(9),
                before=MatterKind.REMARK,
                after=MatterKind.COMPLAINT,
                received_at=START,
                by="st_els",
                why=Private("It is one."),
            ),
            ReclassificationHeard(occurred_at=at(9), matter=MatterKind.COMPLAINT),
        ),
        (
            OwnerAssigned(occurred_at=at(9), desk="audience", why=AssignReason.CLASSIFIED, hand_off=0),
            OwnerHeard(occurred_at=at(9), desk="audience", hand_off=0),
        ),
        (
            ReportForwarded(occurred_at=at(9), desk="newsroom", rule="articles", policy="test-1"),
            OwnerHeard(occurred_at=at(9), desk="newsroom", hand_off=0),
        ),
        (
            OwnerAccepted(occurred_at=at(9), desk="back-office", person="st_ben", hand_off=1, offer=1),
            OwnerHeard(occurred_at=at(9), desk="back-office", person="st_ben", hand_off=1),
        ),
    ],
    ids=lambda value: getattr(value, "type", None),
)
def test_what_happens_to_the_complaint_is_heard(fact: Fact, note: Note) -> None:
    assert noted(fact) == note


def classified(category: str) -> ComplaintClassified:
    return ComplaintClassified(
        occurred_at=at(1),
        category=category,
        severity=Severity.NORMAL,
        rule="words",
        because=Because.KEYWORD,
        confidence=0.7,
        policy="test-1",
    )


def test_a_category_brings_along_what_policy_opens_for_it() -> None:
    ((_, parcel),) = heard(classified("delivery"))
    assert parcel.note == CategoryHeard(occurred_at=at(1), category="delivery")
    assert [opening.terms.partner for opening in parcel.opens] == ["sponsor"]
    ((_, prize),) = heard(classified("prize.not-delivered"))
    assert prize.opens == ()


def test_an_erased_person_is_erased_in_every_complaint_of_theirs() -> None:
    subjects = (ComplaintId(UUID(int=5)), ComplaintId(UUID(int=6)))
    erased = PersonErased(
        occurred_at=at(9),
        customer_id=CustomerId(UUID(int=4)),
        subjects=subjects,
        ground=ErasureGround.REQUESTED,
        by="st_els",
    )
    assert heard(erased) == [(subject, Hear(ErasureHeard(occurred_at=at(9)))) for subject in subjects]


def clock(fact: type[Fact], watches: Watched, kind: ClockKind = ClockKind.PARTNER_ANSWER, **more: Any) -> Fact:
    fields: dict[str, Any] = {"occurred_at": at(9), "clock_id": CLOCK, "kind": kind, "watches": watches}
    return fact(**fields | more)


MISS: dict[str, Any] = {
    "desk": "audience",
    "due": at(8),
    "reason": MissReason.DUE_PASSED,
    "miss": 1,
    "fired_late_seconds": 0,
}
OF_TICKET = Watched(ticket_id=TICKET, partner="sponsor")


def test_the_clock_on_a_partners_answer_reminds_and_is_held_against_it() -> None:
    approaching = clock(DeadlineApproaching, OF_TICKET, desk="audience", due=at(8))
    expected: dict[str, Any] = {"occurred_at": at(9), "ticket_id": TICKET, "clock_id": CLOCK, "due": at(8)}
    assert noted(approaching) == DeadlineHeard(**expected, because=ReminderReason.APPROACHING)
    assert noted(clock(DeadlineMissed, OF_TICKET, **MISS)) == DeadlineHeard(**expected, because=ReminderReason.MISSED)
    corrected = clock(MissCorrected, OF_TICKET, happened_at=at(7))
    assert noted(corrected) == CorrectionHeard(occurred_at=at(9), ticket_id=TICKET, clock_id=CLOCK)


@pytest.mark.parametrize(
    "fact",
    [
        clock(DeadlineMissed, Watched(), ClockKind.RESOLUTION, **MISS),
        clock(DeadlineApproaching, Watched(), ClockKind.PROMISE, desk="audience", due=at(8)),
        clock(MissCorrected, Watched(), ClockKind.FIRST_ANSWER, happened_at=at(7)),
    ],
    ids=lambda fact: fact.type,
)
def test_other_clocks_are_others_business(fact: Fact) -> None:
    assert heard(fact) == []


def test_it_listens_to_what_it_reacts_to_and_reads_only_whom_it_may_have_to_name() -> None:
    assert {fact.type for fact in reactions.HEARD} == LISTENS_TO
    assert {fact.type for fact in (ComplaintReceived, RemarkReceived, ReportReceived)} == UNSEALS
