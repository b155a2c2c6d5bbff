"""What is refused everywhere alike: a matter that is unknown, over, or of another kind."""

from gehoor.events.deciding import Refusal
from gehoor.events.terms import MatterKind
from gehoor.intake.domain.state import Matter, Status


def known(matter: Matter) -> None:
    """Something was received under this id.

    Raises:
        Refusal: nothing was.
    """
    if matter.status is Status.UNKNOWN:
        raise Refusal("unknown", "Nothing was received under this id.", ["receive it first"])


def not_merged(matter: Matter) -> None:
    """It goes on under its own id.

    Raises:
        Refusal: it was merged into another; says which.
    """
    known(matter)
    if matter.status is Status.MERGED:
        raise Refusal("merged", f"It goes on in complaint {matter.merged_into}.", [f"ask it of {matter.merged_into}"])


def not_over(matter: Matter) -> None:
    """It is open.

    Raises:
        Refusal: it is closed, withdrawn, handled or merged.
    """
    not_merged(matter)
    if matter.status is not Status.OPEN:
        raise Refusal(f"already-{matter.status}", f"It is {matter.status}.", ["reopen it first"])


def complaint(matter: Matter) -> None:
    """It is a complaint and open.

    Raises:
        Refusal: it is over, or a remark or report.
    """
    not_over(matter)
    if matter.kind is not MatterKind.COMPLAINT:
        raise Refusal("not-a-complaint", f"It is a {matter.kind}.", ["reclassify it as a complaint"])
