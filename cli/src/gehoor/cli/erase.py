"""`gehoor erase`: a person forgotten for ever, in every service."""

import asyncio
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import typer

from gehoor.cli.asking import Desk
from gehoor.cli.installation import Installation, find_installation
from gehoor.cli.journal import read_journal
from gehoor.cli.plainly import AsJson, FailedError, Sure, Where, run, sure
from gehoor.cli.stores import KEYRING_OWNER, pool_of
from gehoor.cli.timeline import UnknownComplaintError, story_of
from gehoor.cli.unsealing import wrapping_key
from gehoor.events.envelope import Recorded
from gehoor.events.intake import ComplaintReceived, ErasureGround, PersonErased, RemarkReceived, ReportReceived
from gehoor.events.private import Erased
from gehoor.events.terms import CustomerId
from gehoor.runtime.postgres.keyring import PostgresKeyring
from gehoor.runtime.postgres.store import PostgresStore

WITHIN = timedelta(seconds=60)
"""How long to wait until all services have dropped what they held."""
_LOOK_EVERY = timedelta(milliseconds=100)
_ARRIVALS = (ComplaintReceived, RemarkReceived, ReportReceived)


@dataclass(frozen=True, slots=True)
class Gone:
    """What an erasure came to."""

    fact: Recorded
    tombstones: int
    """Subjects whose keys are destroyed."""
    dropped_by: tuple[str, ...]
    """The services that have heard of it and dropped what they held."""
    waiting_for: tuple[str, ...]

    def as_json(self) -> Mapping[str, Any]:
        """For a machine."""
        fact = self.fact.fact
        subjects = [str(subject) for subject in fact.subjects] if isinstance(fact, PersonErased) else []
        return {
            "person": str(self.fact.subject),
            "subjects": subjects,
            "keys_destroyed": self.tombstones,
            "dropped_by": list(self.dropped_by),
            "waiting_for": list(self.waiting_for),
        }


def erase(
    person: Annotated[str, typer.Argument(help="The customer's id; or a complaint of theirs, by id or reference.")],
    *,
    ground: Annotated[ErasureGround, typer.Option(help="On what ground.")] = ErasureGround.REQUESTED,
    yes: Sure = False,
    installation: Where = None,
    as_json: AsJson = False,
) -> None:
    """Forget a person: the keys to all their words, name and addresses are destroyed, everywhere, for ever.

    The complaints themselves stay, without a word of anybody's, so that the statistics stay true.

    [dim]gehoor erase 7GQ4-M2ZK[/dim]
    """
    there = find_installation(installation)
    customer = run(_customer(there, person))
    sure(f"All that customer {customer} ever said becomes unreadable, backups restored included. Erase?", yes)
    gone = run(_erase(there, customer, ground))
    if as_json:
        typer.echo(json.dumps(gone.as_json()))
    else:
        of = gone.as_json()
        typer.echo(
            f"Customer {customer} is erased: the keys of {gone.tombstones} subjects are destroyed "
            f"({len(of['subjects'])} complaints, remarks and reports); dropped by {', '.join(gone.dropped_by)}."
        )
    if gone.waiting_for:
        late = ", ".join(gone.waiting_for)
        raise FailedError(f"not yet dropped by {late} after {WITHIN.total_seconds():.0f} s: it will be, once heard")


async def _customer(installation: Installation, named: str) -> CustomerId:
    """Whom it names: the customer of that complaint, or the customer itself."""
    try:
        story = await story_of(installation, named)
    except UnknownComplaintError:
        try:
            return CustomerId(UUID(named))
        except ValueError:
            raise FailedError(f"nothing is known of {named}") from None
    for event in story:
        if isinstance(event.fact, _ARRIVALS) and event.fact.customer_id is not None:
            return event.fact.customer_id
    if isinstance(story[0].fact, _ARRIVALS):
        raise FailedError(f"{named} came without a name or an address: there is nobody to erase")
    return CustomerId(UUID(named))


async def _erase(installation: Installation, customer: CustomerId, ground: ErasureGround) -> Gone:
    async with Desk(installation, "operator") as operator:
        await operator.post("intake", f"/persons/{customer}/erasure", {"ground": ground})
    told = await _told(installation, customer)
    subjects = told.fact.subjects if isinstance(told.fact, PersonErased) else ()
    async with pool_of(installation, list(installation.services)) as pools:
        keyring = PostgresKeyring(pools[KEYRING_OWNER], wrapping_key(installation))
        stores = {service: PostgresStore(pool, service) for service, pool in pools.items()}
        waiting, destroyed = set(stores), 0
        passed = asyncio.get_running_loop().time
        until = passed() + WITHIN.total_seconds()
        while (waiting or destroyed < len(subjects)) and passed() < until:
            destroyed = await _destroyed(keyring, subjects)
            for service in sorted(waiting):
                handled = await stores[service].handled([told.source])
                if handled.get(told.source, 0) >= (told.sequence or 0):
                    waiting.discard(service)
            await asyncio.sleep(_LOOK_EVERY.total_seconds())
    return Gone(told, destroyed, tuple(sorted(set(stores) - waiting)), tuple(sorted(waiting)))


async def _told(installation: Installation, customer: CustomerId) -> Recorded:
    """The last time the journal says that they are erased.

    Raises:
        FailedError: it does not, within the bound.
    """
    try:
        async with asyncio.timeout(WITHIN.total_seconds()):
            while True:
                last = None
                async for record in read_journal(installation.kafka, installation.journal, subject=customer):
                    if isinstance(record, Recorded) and isinstance(record.fact, PersonErased):
                        last = record
                if last is not None:
                    return last
                await asyncio.sleep(_LOOK_EVERY.total_seconds())
    except TimeoutError:
        raise FailedError(f"intake took it, but the journal does not say yet that {customer} is erased") from None


async def _destroyed(keyring: PostgresKeyring, subjects: Collection[UUID]) -> int:
    keyring.forget(subjects)
    return sum(isinstance(key, Erased) for key in (await keyring.keys(subjects)).values())
