"""What is asked of intake, as tables: found by reference, thread, contact point, customer, spot. Nothing in clear.

| view          | key                             | answers                                                     |
|---------------|---------------------------------|-------------------------------------------------------------|
| `matters`     | id                              | where it stands; by customer, contact point, spot, leader   |
| `references`  | reference                       | the id                                                      |
| `threads`     | digest or id of a message       | the matter whose thread it is in                            |
| `messages`    | id of a message set aside       | why; by sender and by the matter it is about                |
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from hashlib import sha256
from uuid import UUID

from gehoor.events.envelope import Stream
from gehoor.events.intake import PointKind
from gehoor.events.terms import ComplaintId, CustomerId, Digest, ForeignId, MatterKind
from gehoor.intake.domain.message import Message
from gehoor.intake.domain.state import Matter, Status
from gehoor.intake.points import Digester
from gehoor.runtime.ports import Row, Views

MATTER, MESSAGE, PERSON = "complaint", "message", "person"
"""The kinds of streams."""
MATTERS, REFERENCES, THREADS, MESSAGES = "matters", "references", "threads", "messages"
_PAGE = 200


def matter_rows(digest: Digester) -> Callable[[Stream, Matter], Iterator[Row]]:
    """The rows of a matter, with contact points as keyed digests that go when the person is erased."""

    def rows(stream: Stream, matter: Matter) -> Iterator[Row]:
        if matter.status is Status.UNKNOWN:
            return
        yield Row(
            MATTERS,
            str(stream.id),
            {
                "reference": matter.reference,
                "kind": matter.kind,
                "status": matter.status,
                "desk": matter.owner.desk,
                "hand_off": matter.owner.hand_off,
                "channel": matter.channel,
                "language": matter.language,
                "received_at": matter.received_at.isoformat(),
                "merged_into": str(matter.merged_into) if matter.merged_into else None,
                "handled": {"by": matter.handled.by, "fixed": matter.handled.fixed} if matter.handled else None,
            },
            tags=tuple(_tags(matter, digest)),
            rank=matter.received_at.isoformat(),
        )
        yield Row(REFERENCES, matter.reference, {"id": str(stream.id)})
        for key in thread_keys(matter):
            yield Row(THREADS, key, {"id": str(stream.id)})

    return rows


def _tags(matter: Matter, digest: Digester) -> Iterator[str]:
    if matter.customer_id is not None:
        yield f"customer={matter.customer_id}"
    for point in dict.fromkeys(matter.points):
        if point.address.in_clear:
            yield f"point={digest(point.kind, point.address.reveal())}"
    if matter.spot is not None and matter.kind is MatterKind.REPORT and matter.status is Status.OPEN:
        if matter.spot.same_as is None:
            yield f"spot={matter.spot.digest}"
        else:
            yield f"same_as={matter.spot.same_as}"


def thread_keys(matter: Matter) -> Iterator[str]:
    """What a message names that belongs to this matter's thread: our own messages, and the customer's."""
    if matter.erased:
        return
    yield from matter.channel_ids
    yield from (str(delivery_id) for delivery_id in matter.deliveries)


def message_digest(message_id: str) -> ForeignId:
    """A message's own id as it is kept: it may hold a name."""
    return f"sha256:{sha256(message_id.strip().encode()).hexdigest()}"


def spot_digest(page: str, selection: str | None) -> Digest:
    """Equal for readers who point at the same words of the same page: fragments, queries and blanks don't count."""
    place = page.partition("#")[0].partition("?")[0].rstrip("/")
    words = " ".join((selection or "").casefold().split())
    return f"sha256:{sha256(json.dumps([place, words]).encode()).hexdigest()}"


def message_rows(digest: Digester) -> Callable[[Stream, Message], Iterator[Row]]:
    """The row of a message that was set aside."""

    def rows(stream: Stream, message: Message) -> Iterator[Row]:
        if message.reason is None:
            return
        tags = [f"reason={message.reason}"]
        if message.about is not None:
            tags.append(f"about={message.about}")
        if message.sender is not None and message.sender.in_clear:
            tags.append(f"point={digest(PointKind.EMAIL, message.sender.reveal())}")
        body = {"reason": message.reason, "at": message.at.isoformat(), "erased": message.erased}
        yield Row(MESSAGES, str(stream.id), body, tags=tuple(tags), rank=message.at.isoformat())

    return rows


async def found(views: Views, view: str, *tags: str) -> AsyncIterator[Row]:
    """All rows with those tags, however many."""
    after: tuple[str, str] | None = None
    while page := await views.find(view, *tags, after=after, limit=_PAGE):
        for row in page:
            yield row
        after = (page[-1].rank, page[-1].key)


async def leader(views: Views, spot: Digest) -> ComplaintId | None:
    """The report of that spot that is being handled."""
    rows = await views.find(MATTERS, f"spot={spot}", limit=1)
    return ComplaintId(UUID(rows[0].key)) if rows else None


async def followers(views: Views, report: UUID) -> list[Stream]:
    """The open reports that are to be handled with that one."""
    return [Stream(MATTER, UUID(row.key)) async for row in found(views, MATTERS, f"same_as={report}")]


async def thread(views: Views, *keys: str) -> ComplaintId | None:
    """The matter whose thread one of those messages is in, followed to where it was merged into."""
    for key in keys:
        row = await views.get(THREADS, key)
        if row is not None:
            return await standing(views, ComplaintId(UUID(row.body["id"])))
    return None


async def standing(views: Views, id_: ComplaintId) -> ComplaintId:
    """The matter itself, or the one it goes on in."""
    passed = set[ComplaintId]()
    while id_ not in passed:
        passed.add(id_)
        row = await views.get(MATTERS, str(id_))
        if row is None or row.body["merged_into"] is None:
            break
        id_ = ComplaintId(UUID(row.body["merged_into"]))
    return id_


async def subjects_of(views: Views, customer_id: CustomerId) -> tuple[list[Stream], list[Stream]]:
    """All that is known of a person: their matters, and the messages of theirs that were set aside."""
    matters = [row async for row in found(views, MATTERS, f"customer={customer_id}")]
    tags = {tag for row in matters for tag in row.tags if tag.startswith("point=")}
    tags |= {f"about={row.key}" for row in matters}
    messages = {row.key async for row in _each(views, sorted(tags))}
    return (
        [Stream(MATTER, UUID(row.key)) for row in matters],
        [Stream(MESSAGE, UUID(key)) for key in sorted(messages)],
    )


async def _each(views: Views, tags: list[str]) -> AsyncIterator[Row]:
    for tag in tags:
        async for row in found(views, MESSAGES, tag):
            yield row
