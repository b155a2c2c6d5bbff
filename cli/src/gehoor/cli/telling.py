"""The journal in plain sentences: what a fact says, for people who want to know what happened."""

from collections.abc import Sequence
from datetime import datetime

from gehoor.events import intake, partner, routing, sla
from gehoor.events.fact import Fact
from gehoor.events.private import Private
from gehoor.events.terms import CloseBasis, Direction, Joined, Outcome, PromiseKind, Warmth, Whither


def _said(private: Private[str] | None, before: str = ": ") -> str:
    """The words themselves where they can be read, a mark where they can't."""
    if private is None:
        return ""
    if private.erased is not None:
        return f"{before}[erased]"
    return f"{before}“{private.reveal()}”" if private.in_clear else f"{before}[sealed]"


def _moment(at: datetime) -> str:
    return at.astimezone().strftime("%a %d %b %H:%M:%S")


def _listed(names: Sequence[str]) -> str:
    words = [name.replace("-", " ") for name in names]
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)


def _contact(fact: intake.ContactRecorded) -> str:
    steps = _listed([str(step) for step in fact.steps])
    did = f" ({steps})" if steps else ""
    joined = {Joined.THREAD: ", in the thread of our message", Joined.STAFF: ", recognised by staff"}.get(
        fact.joined, ""
    )
    if fact.direction is Direction.IN:
        told = f"The customer came by {fact.channel}{joined}{did}"
    else:
        how = {
            Outcome.REACHED: "reached the customer",
            Outcome.VOICEMAIL: "got the voicemail",
            Outcome.NO_ANSWER: "got no answer",
            Outcome.SENT: "wrote to the customer",
            Outcome.BOUNCED: "wrote, and it bounced",
        }[fact.outcome]
        told = f"{fact.by or 'We'} {how} by {fact.channel}{did}"
    if fact.out_of_order:
        told += " — action before attention"
    return told + _said(fact.note)


def _watched(watches: sla.Watched, kind: str) -> str:
    return f"the {kind.replace('-', ' ')} clock" + (f" of {watches.partner}" if watches.partner else "")


def _intake(fact: Fact) -> str | None:
    match fact:
        case intake.ComplaintReceived():
            return f"Complaint {fact.reference} comes in by {fact.channel}; {fact.desk} owns it{_said(fact.text)}"
        case intake.ReportReceived():
            return f"Report {fact.reference}: a reader points at a page{_said(fact.text)}"
        case intake.ReportHandled():
            return f"{fact.by} {'mended it' if fact.fixed else 'answered it'}{_said(fact.note)}"
        case intake.ReporterThanked():
            return "The reader is thanked"
        case intake.RemarkReceived():
            return f"Remark {fact.reference}: {fact.kind}{_said(fact.text)}"
        case intake.Reclassified():
            return f"{fact.by}: this is no {fact.before} but a {fact.after}{_said(fact.why)}"
        case intake.ContactRecorded():
            return _contact(fact)
        case intake.ReferredElsewhere():
            where = "outside the house" if fact.whither is Whither.OUTSIDE else "to another counter"
            return f"{fact.by} sends the customer {where}, {fact.warmth}{_said(fact.to)}"
        case intake.Acknowledged():
            return f"Acknowledged in {fact.language}, {'by the system' if fact.automatic else 'by a person'}"
        case intake.PromiseMade():
            article = "an" if fact.kind is PromiseKind.ANSWER else "a"
            return f"{fact.promised_by} promises {article} {fact.kind} by {_moment(fact.due.until)}{_said(fact.what)}"
        case intake.PromiseAttempted():
            return f"An attempt ({fact.outcome}); the promise stands"
        case intake.PromiseKept():
            return f"{fact.by} kept the promise"
        case intake.PromiseRescheduled():
            return f"The promise is moved, {'as the customer agreed' if fact.agreed else 'without asking the customer'}"
        case intake.PromiseReleased():
            return f"The promise is released: {fact.reason.replace('-', ' ')}"
        case _:
            return _ending(fact)


def _ending(fact: Fact) -> str | None:
    match fact:
        case intake.FinalResponseSent():
            remedy = _said(fact.remedy, before=", remedy ")
            return f"{fact.by} gives the {fact.kind} response: {fact.judgement}, {fact.solved} solved{remedy}"
        case intake.CustomerResponded():
            return f"The customer {'accepts' if fact.accepted else 'objects'}{_said(fact.words)}"
        case intake.Closed():
            basis = "the customer accepted" if fact.basis is CloseBasis.ACCEPTED else fact.basis.replace("-", " ")
            return f"{fact.desk} closes it: {basis}"
        case intake.Reopened():
            return f"It is open again: {fact.reason.replace('-', ' ')}{_said(fact.why)}"
        case intake.Withdrawn():
            return f"The customer withdraws it{_said(fact.why)}"
        case intake.Merged():
            return f"It goes on in complaint {fact.into}"
        case intake.FeedbackReceived():
            return f"The customer looks back: {fact.rating} of 5{_said(fact.words)}"
        case intake.CauseRecorded():
            return f"The cause: {fact.cause}" + (f" (the customer called it: {fact.label})" if fact.label else "")
        case intake.MessageSetAside():
            return f"A message is set aside: {fact.reason.replace('-', ' ')}"
        case intake.MessageDelivered():
            return f"Our message was {fact.reached}"
        case intake.PersonErased():
            return f"The person is erased: {len(fact.subjects)} complaints, {fact.ground.replace('-', ' ')}"
        case _:
            return None


def _routing(fact: Fact) -> str | None:
    match fact:
        case routing.ComplaintClassified():
            return f"Classified as {fact.category}, {fact.severity} ({fact.because}, rule {fact.rule})"
        case routing.OwnerAssigned():
            return f"{fact.desk} is accountable ({fact.why.replace('-', ' ')}, hand-off {fact.hand_off})"
        case routing.TransferOffered():
            warm = "warm, with the whole story" if fact.warmth is Warmth.WARM else "cold"
            return f"{fact.from_desk} offers it to {fact.to_desk}, {warm}{_said(fact.context)}"
        case routing.OwnerAccepted():
            return f"{fact.desk} accepts: {fact.person} is accountable (hand-off {fact.hand_off})"
        case routing.TransferDeclined():
            return f"{fact.to_desk} declines; {fact.from_desk} stays accountable{_said(fact.why)}"
        case routing.TransferExpired():
            return f"{fact.to_desk} did not answer; {fact.from_desk} stays accountable"
        case routing.OwnerCovered():
            return f"{fact.person} is away; {fact.covered_by or fact.desk} covers"
        case routing.PersonAbsent():
            return f"{fact.person} of {fact.desk} is away"
        case routing.PersonReturned():
            return f"{fact.person} of {fact.desk} is back"
        case routing.CoverEnded():
            return f"{fact.person} is back and acts again"
        case routing.HandOffLimitReached():
            return f"From pillar to post: {fact.hand_offs} hand-offs and {fact.referrals} referrals"
        case routing.ReportForwarded():
            return f"The report goes to {fact.desk}, which owns it"
        case _:
            return None


def _sla(fact: Fact) -> str | None:
    match fact:
        case sla.DeadlineSet():
            return f"{_clock(fact.watches, fact.kind)} runs until {_moment(fact.deadline.due)}"
        case sla.DeadlineMoved():
            return f"{_clock(sla.Watched(), fact.kind)} now runs until {_moment(fact.deadline.due)}"
        case sla.DeadlineCancelled():
            return f"{_clock(sla.Watched(), fact.kind)} stops: {fact.reason.replace('-', ' ')}"
        case sla.DeadlineApproaching():
            return f"{_clock(fact.watches, fact.kind)} comes near: {_moment(fact.due)}"
        case sla.DeadlineMet():
            return f"{_clock(fact.watches, fact.kind)} was met"
        case sla.DeadlineMissed():
            return f"MISSED: {_watched(fact.watches, fact.kind)}, due {_moment(fact.due)} (miss {fact.miss})"
        case sla.MissCorrected():
            return f"{_clock(fact.watches, fact.kind)}: it had happened in time, the miss is taken back"
        case sla.EscalationRaised():
            return f"ESCALATED to level {fact.level}, the {fact.addressee}: answer by {_moment(fact.answer_by)}"
        case sla.EscalationDelivered():
            return f"The level {fact.level} escalation reached its addressee by {fact.channel}"
        case sla.EscalationUndelivered():
            return f"The level {fact.level} escalation could not be delivered by {fact.channel}"
        case sla.EscalationAnswered():
            step = _said(fact.next_step)
            return f"{fact.by} answers the escalation{step}, by {_moment(fact.next_step_by)}"
        case sla.EscalationEnded():
            return f"An escalation ends: {fact.reason.replace('-', ' ')}"
        case _:
            return None


def _clock(watches: sla.Watched, kind: str) -> str:
    told = _watched(watches, kind)
    return told[0].upper() + told[1:]


def _partner(fact: Fact) -> str | None:
    match fact:
        case partner.TicketOpened():
            return f"{fact.partner} is asked, and sees {_listed(fact.shared_fields) or 'nothing'}{_said(fact.asked)}"
        case partner.TicketWithdrawn():
            return f"The ticket with {fact.partner} is withdrawn"
        case partner.TicketKeptOpen():
            return f"{fact.by} wants it done by {fact.partner} even when the complaint is closed"
        case partner.TicketDelivered():
            return f"{fact.partner} received our message ({fact.message}, attempt {fact.attempt})"
        case partner.DeliveryFailed():
            return f"{fact.partner} did not take our message: {fact.detail}" + (" — given up" if fact.gave_up else "")
        case partner.DeliveryUnknown():
            return f"{fact.partner} perhaps took our message: {fact.detail}; again with the same key"
        case partner.RedeliveryAsked():
            return f"{fact.by} has {fact.partner} told again what was given up"
        case partner.TicketAcknowledged():
            return f"{fact.partner} has it{_said(fact.partner_reference, ' as ')}{_said(fact.words)}"
        case partner.TicketProgressed():
            return f"{fact.partner} says{_said(fact.words)}"
        case partner.QuestionAsked():
            return f"{fact.partner} asks{_said(fact.question)}"
        case partner.QuestionAnswered():
            return f"{fact.by} answers {fact.partner}{_said(fact.answer)}"
        case partner.TicketResolved():
            return f"{fact.partner} says it is done{_said(fact.words)}"
        case partner.ResolutionAccepted():
            return f"{fact.by} accepts what {fact.partner} did"
        case partner.ResolutionDisputed():
            return f"{fact.by} disputes what {fact.partner} says{_said(fact.why)}"
        case partner.PartnerReminded():
            return f"{fact.partner} is reminded (reminder {fact.reminder})"
        case _:
            return None


_BY_SERVICE = {"intake": _intake, "routing": _routing, "sla": _sla, "partner-escalation": _partner}


def tell(fact: Fact) -> str:
    """The fact as a sentence; its type where nobody wrote one (a test holds that somebody did for each)."""
    teller = _BY_SERVICE.get(fact.service())
    return (teller(fact) if teller else None) or fact.type
