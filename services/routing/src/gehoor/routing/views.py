"""What is asked of routing: who owns a matter, what waits for a desk's word, who is away.

| view        | key           | tags                                                             | rank        |
|-------------|---------------|------------------------------------------------------------------|-------------|
| `owners`    | matter id     | `desk=`, `person=`, `covered_by=`, `stage=open` or `stage=ended`  | received at |
| `transfers` | matter id     | `to=` the desk asked, `from=` the desk that asks                  | offered at  |
| `roster`    | staff id      | `desk=`, `away=yes` or `away=no`                                  | staff id    |
"""

from collections.abc import Iterator

from gehoor.events.envelope import Stream
from gehoor.events.private import Json
from gehoor.events.terms import StaffId
from gehoor.routing.domain.ownership import Cover, Offer, Owner, Ownership
from gehoor.routing.domain.presence import Presence
from gehoor.runtime.ports import Row, Views

MATTER, STAFF = "complaint", "staff"
"""The kinds of streams."""
OWNERS, TRANSFERS, ROSTER = "owners", "transfers", "roster"


def ownership_rows(stream: Stream, owned: Ownership) -> Iterator[Row]:
    """The owner of a matter, and the transfer that is open."""
    if owned.owner is None or owned.received_at is None:
        return
    key = str(stream.id)
    yield Row(
        view=OWNERS,
        key=key,
        body=_owner(key, owned, owned.owner),
        tags=_tags(owned, owned.owner),
        rank=owned.received_at.isoformat(),
    )
    if owned.offer is not None:
        yield Row(
            view=TRANSFERS,
            key=key,
            body={"id": key, **_offer(owned.offer)},
            tags=(f"to={owned.offer.to_desk}", f"from={owned.offer.from_desk}"),
            rank=owned.offer.at.isoformat(),
        )


def presence_rows(_stream: Stream, presence: Presence) -> Iterator[Row]:
    """One person of the roster."""
    if presence.person is None:
        return
    away = presence.away
    yield Row(
        view=ROSTER,
        key=presence.person,
        body={
            "person": presence.person,
            "desk": presence.desk,
            "away": away is not None,
            "covered_by": away.covered_by if away else None,
            "until": away.until.isoformat() if away and away.until else None,
        },
        tags=(f"desk={presence.desk}", f"away={'yes' if away else 'no'}"),
        rank=presence.person,
    )


async def away_of(person: StaffId, views: Views) -> Cover | None:
    """How that person is covered; None where they are here. Who is away covers nobody: then the desk does."""
    row = await views.get(ROSTER, person)
    if row is None or not row.body["away"]:
        return None
    by = row.body["covered_by"]
    return Cover(None if by is None or await _is_away(by, views) else by)


async def _is_away(person: StaffId, views: Views) -> bool:
    row = await views.get(ROSTER, person)
    return row is not None and bool(row.body["away"])


def _owner(key: str, owned: Ownership, owner: Owner) -> Json:
    return {
        "id": key,
        "kind": owned.kind,
        "stage": owned.end or "open",
        "desk": owner.desk,
        "person": owner.person,
        "since": owner.since.isoformat(),
        "covered": owned.cover is not None,
        "covered_by": owned.cover.by if owned.cover else None,
        "hand_off": owned.hand_off,
        "referrals": len(owned.referral_events),
        "category": owned.finding.category if owned.finding else None,
        "severity": owned.finding.severity if owned.finding else None,
        "transfer": _offer(owned.offer) if owned.offer else None,
    }


def _offer(offer: Offer) -> Json:
    return {
        "offer": offer.number,
        "from_desk": offer.from_desk,
        "to_desk": offer.to_desk,
        "to_person": offer.to_person,
        "warmth": offer.warmth,
        "offered_at": offer.at.isoformat(),
    }


def _tags(owned: Ownership, owner: Owner) -> tuple[str, ...]:
    tags = [f"desk={owner.desk}", f"stage={'ended' if owned.end else 'open'}"]
    if owner.person is not None:
        tags.append(f"person={owner.person}")
    if owned.cover is not None and owned.cover.by is not None:
        tags.append(f"covered_by={owned.cover.by}")
    return tuple(tags)
