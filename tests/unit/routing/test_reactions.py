"""What intake's and sla's facts mean to routing."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from gehoor.events import intake, sla
from gehoor.events.envelope import Recorded, Stream
from gehoor.events.fact import Fact
from gehoor.events.private import Erased, Private
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
    Warmth,
    Whither,
)
from gehoor.routing.domain.commands import HearEnd, HearMatter, HearReferral, HearReopening, HearSilence
from gehoor.routing.domain.ownership import Cover
from gehoor.routing.facts import End
from gehoor.routing.policy import Policy, read
from gehoor.routing.reactions import HEARD, READ, react
from tests.unit.routing.saying import ANNA, FRONT, NOW, RECEIVED
from tests.unit.routing.test_policy import SMALL

SUBJECT, EVENT = UUID(int=7), UUID(int=8)
POLICY: Policy = read(SMALL, "small.yaml")
WORDS = Private("Ik heb een prijs gewonnen")


def recorded(fact: Fact) -> Recorded:
    return Recorded(EVENT, fact.service(), Stream("complaint", SUBJECT), fact, NOW, EVENT, EVENT, 1)


def complaint_received(**changes: object) -> intake.ComplaintReceived:
    received = intake.ComplaintReceived(
        occurred_at=RECEIVED,
        reference="ABCD-EFG1",
        channel=Channel.PHONE,
        desk=FRONT,
        customer_id=CustomerId(UUID(int=1)),
        text=WORDS,
        language="nl",
    )
    return received.model_copy(update=changes)


def deadline_missed(kind: ClockKind, offer: int | None) -> sla.DeadlineMissed:
    return sla.DeadlineMissed(
        occurred_at=NOW,
        clock_id=ClockId(UUID(int=2)),
        kind=kind,
        desk=FRONT,
        due=NOW,
        reason=sla.MissReason.DUE_PASSED,
        miss=1,
        fired_late_seconds=0,
        watches=sla.Watched(offer=offer),
    )


def test_a_complaint_is_classified_by_what_it_says() -> None:
    command = react(recorded(complaint_received()), POLICY, NOW)
    assert isinstance(command, HearMatter)
    assert (command.kind, command.desk, command.received_at) == (MatterKind.COMPLAINT, FRONT, RECEIVED)
    assert command.finding.rule == "words-prize"


def test_the_subject_is_read_too() -> None:
    received = complaint_received(subject=WORDS, text=Private("Zie boven."))
    command = react(recorded(received), POLICY, NOW)
    assert isinstance(command, HearMatter)
    assert command.finding.rule == "words-prize"


def test_of_a_person_who_was_erased_meanwhile_no_word_is_read_and_the_complaint_has_an_owner() -> None:
    command = react(recorded(complaint_received(text=Private(Erased(NOW)))), POLICY, NOW)
    assert isinstance(command, HearMatter)
    assert (command.desk, command.finding.rule) == (FRONT, "none")


def test_a_remark_is_heard_as_a_remark() -> None:
    remark = intake.RemarkReceived(
        occurred_at=RECEIVED,
        reference="ABCD-EFG1",
        kind=RemarkKind.WISH,
        channel=Channel.WEB,
        desk=FRONT,
        customer_id=CustomerId(UUID(int=1)),
        text=WORDS,
        language="nl",
    )
    command = react(recorded(remark), POLICY, NOW)
    assert isinstance(command, HearMatter)
    assert (command.kind, command.finding.category, command.forwarding) == (MatterKind.REMARK, "prize", None)


def test_a_report_is_forwarded_by_its_page() -> None:
    report = intake.ReportReceived(
        occurred_at=RECEIVED,
        reference="ABCD-EFG1",
        desk=FRONT,
        page=Private("https://example.org/nieuws/1"),
        spot="sha256:" + "0" * 64,
        text=Private("dt-fout"),
        language="nl",
    )
    command = react(recorded(report), POLICY, NOW)
    assert isinstance(command, HearMatter)
    assert command.forwarding is not None
    assert (command.kind, command.forwarding.desk) == (MatterKind.REPORT, "newsroom")


def test_a_referral_names_the_fact_it_was_heard_in() -> None:
    referred = intake.ReferredElsewhere(occurred_at=NOW, whither=Whither.OUTSIDE, warmth=Warmth.COLD, by=ANNA)
    assert react(recorded(referred), POLICY, NOW) == HearReferral(NOW, EVENT, POLICY.limit)


@pytest.mark.parametrize(
    ("fact", "how"),
    [
        (intake.Closed(occurred_at=NOW, basis=CloseBasis.ACCEPTED, hand_off=1, desk=FRONT, by=ANNA), End.CLOSED),
        (intake.Withdrawn(occurred_at=NOW), End.WITHDRAWN),
        (
            intake.Merged(occurred_at=NOW, into=ComplaintId(UUID(int=9)), received_at=RECEIVED, by=ANNA),
            End.MERGED,
        ),
        (intake.ReportHandled(occurred_at=NOW, by=ANNA, fixed=True), End.HANDLED),
    ],
)
def test_each_way_to_end_is_an_end(fact: Fact, how: End) -> None:
    assert react(recorded(fact), POLICY, NOW) == HearEnd(NOW, how)


def test_a_reopening_brings_the_owner_s_cover_along() -> None:
    reopened = intake.Reopened(occurred_at=NOW, reason=ReopenReason.CUSTOMER_CAME_BACK)
    assert react(recorded(reopened), POLICY, NOW, Cover(None)) == HearReopening(NOW, Cover(None))


def test_silence_is_heard_from_the_transfer_s_clock_and_from_no_other() -> None:
    assert react(recorded(deadline_missed(ClockKind.TRANSFER, 2)), POLICY, NOW) == HearSilence(NOW, 2)
    assert react(recorded(deadline_missed(ClockKind.RESOLUTION, None)), POLICY, NOW) is None
    assert react(recorded(deadline_missed(ClockKind.TRANSFER, None)), POLICY, NOW) is None


def test_a_fact_that_routing_does_not_care_for_means_nothing() -> None:
    acknowledged = intake.Acknowledged(occurred_at=NOW, automatic=True, language="nl", channel=Channel.EMAIL)
    assert react(recorded(acknowledged), POLICY, NOW) is None


def test_only_facts_that_are_heard_are_read() -> None:
    assert set(READ) <= set(HEARD)


def test_the_same_fact_at_the_same_moment_means_the_same() -> None:
    heard = recorded(complaint_received())
    assert react(heard, POLICY, NOW) == react(replace(heard), POLICY, NOW)
    assert react(heard, POLICY, NOW) != react(heard, POLICY, NOW + timedelta(seconds=1))
