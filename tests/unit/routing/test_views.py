"""Who owns it, what waits for a word, who is away."""

from uuid import UUID

from gehoor.events.envelope import Stream, derived_id
from gehoor.events.fact import Fact
from gehoor.events.routing import PersonAbsent
from gehoor.events.terms import MatterKind
from gehoor.routing.domain.deciding import OWNERSHIP
from gehoor.routing.domain.presence import PRESENCE
from gehoor.routing.views import OWNERS, ROSTER, TRANSFERS, ownership_rows, presence_rows
from gehoor.runtime.ports import Row
from tests.unit.routing.saying import (
    ANNA,
    BACK,
    BEN,
    CARL,
    FRONT,
    NOW,
    RECEIVED,
    STORY,
    complaint,
    covered,
    end_heard,
    kind_changed,
    offered,
    owned_by_ben,
)

MATTER = Stream("complaint", UUID(int=7))


def rows(*facts: Fact) -> dict[str, Row]:
    return {row.view: row for row in ownership_rows(MATTER, OWNERSHIP.fold(facts))}


def test_a_complaint_is_found_by_its_desk() -> None:
    owner = rows(*complaint())[OWNERS]
    assert (owner.key, owner.rank) == (str(MATTER.id), RECEIVED.isoformat())
    assert set(owner.tags) == {f"desk={FRONT}", "stage=open"}
    assert (owner.body["desk"], owner.body["person"], owner.body["transfer"]) == (FRONT, None, None)


def test_a_complaint_is_found_by_its_person_and_by_who_covers() -> None:
    owner = rows(*owned_by_ben(), covered(CARL))[OWNERS]
    assert {f"desk={BACK}", f"person={BEN}", f"covered_by={CARL}"} <= set(owner.tags)
    assert (owner.body["covered"], owner.body["covered_by"], owner.body["hand_off"]) == (True, CARL, 1)


def test_an_open_transfer_waits_for_the_desk_that_was_asked() -> None:
    transfer = rows(*complaint(), offered())[TRANSFERS]
    assert (transfer.tags, transfer.rank) == ((f"to={BACK}", f"from={FRONT}"), NOW.isoformat())


def test_an_answered_transfer_waits_for_nobody() -> None:
    assert TRANSFERS not in rows(*owned_by_ben())


def test_what_is_over_is_no_longer_open() -> None:
    assert "stage=ended" in rows(*complaint(), end_heard())[OWNERS].tags


def test_no_view_holds_a_word_of_anybody() -> None:
    assert STORY.reveal() not in str(rows(*complaint(), offered()))


def test_what_has_no_owner_has_no_row() -> None:
    assert rows(kind_changed(MatterKind.REMARK)) == {}


def test_the_roster_knows_who_is_away() -> None:
    absent = PersonAbsent(occurred_at=NOW, person=ANNA, desk=FRONT)
    (row,) = presence_rows(Stream("staff", derived_id("staff", ANNA)), PRESENCE.fold([absent]))
    assert (row.view, row.key, set(row.tags)) == (ROSTER, ANNA, {f"desk={FRONT}", "away=yes"})


def test_the_roster_has_no_row_of_who_was_never_away() -> None:
    assert list(presence_rows(Stream("staff", UUID(int=1)), PRESENCE.initial)) == []
