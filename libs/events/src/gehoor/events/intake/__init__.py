"""What intake states: what came in, what was said, what was promised, and how it ended."""

from gehoor.events.intake.contacts import (
    Acknowledged,
    ContactRecorded,
    MessageDelivered,
    MessageSetAside,
    Reached,
    ReferredElsewhere,
    SetAsideReason,
)
from gehoor.events.intake.endings import (
    CauseRecorded,
    Closed,
    CustomerResponded,
    FeedbackReceived,
    FinalResponseSent,
    Merged,
    Reopened,
    Withdrawn,
)
from gehoor.events.intake.matters import (
    ComplaintReceived,
    Reclassified,
    RemarkReceived,
    ReporterThanked,
    ReportHandled,
    ReportReceived,
)
from gehoor.events.intake.people import Attachment, ContactPoint, ErasureGround, PersonErased, PointKind, Proof
from gehoor.events.intake.promises import (
    PromiseAttempted,
    PromiseKept,
    PromiseMade,
    PromiseReleased,
    PromiseRescheduled,
    ReleaseReason,
)

__all__ = [
    "Acknowledged",
    "Attachment",
    "CauseRecorded",
    "Closed",
    "ComplaintReceived",
    "ContactPoint",
    "ContactRecorded",
    "CustomerResponded",
    "ErasureGround",
    "FeedbackReceived",
    "FinalResponseSent",
    "Merged",
    "MessageDelivered",
    "MessageSetAside",
    "PersonErased",
    "PointKind",
    "PromiseAttempted",
    "PromiseKept",
    "PromiseMade",
    "PromiseReleased",
    "PromiseRescheduled",
    "Proof",
    "Reached",
    "Reclassified",
    "ReferredElsewhere",
    "ReleaseReason",
    "RemarkReceived",
    "Reopened",
    "ReportHandled",
    "ReportReceived",
    "ReporterThanked",
    "SetAsideReason",
    "Withdrawn",
]
