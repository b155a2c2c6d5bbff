"""Defects that are put in on purpose: each must be caught by the checker it names. None is ever on by itself."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import gehoor.intake.channels.mail.arriving
import gehoor.intake.domain.noting
import gehoor.intake.main
import gehoor.routing.main
import gehoor.runtime.sealing
import gehoor.sla.domain.clocks
import gehoor.sla.main
import gehoor.sla.reactions
from gehoor.events.deciding import Decider
from gehoor.events.envelope import Recorded, Stream
from gehoor.events.fact import Fact
from gehoor.events.intake import PromiseMade, Reopened
from gehoor.events.partner import TicketResolved
from gehoor.events.private import Erased
from gehoor.events.routing import OwnerAccepted
from gehoor.intake import listen
from gehoor.intake.domain.endings import RecordCause
from gehoor.intake.views import MATTER
from gehoor.routing.domain.deciding import OWNERSHIP
from gehoor.routing.domain.ownership import Ownership
from gehoor.runtime.memory.journal import MemoryJournal
from gehoor.runtime.memory.keyring import MemoryKeyring
from gehoor.runtime.memory.outbox import MemoryOutbox
from gehoor.runtime.opened import Opened
from gehoor.runtime.ports import Commit, Due, Key, Outgoing, Row, Views, Wish
from gehoor.runtime.relaying import Relay
from gehoor.sla import effects
from gehoor.sla.effects import CLOCK, LADDER
from tests.simulation.house import House
from tests.simulation.invariants import clocks, closings, escalations, every_input, journal, one_owner, partners, sealed
from tests.simulation.invariants import views as live_views
from tests.simulation.kept import Kept, SeenStore
from tests.simulation.process import Process

Patched = AbstractContextManager[Any]
Put = Callable[[], Patched]


@dataclass(frozen=True)
class Mutant:
    """A defect, and by which checker it must be caught."""

    says: str
    caught_by: str
    put: Put
    seed: int = 0
    """The first seed that is tried: one in which the defect matters."""

    def __str__(self) -> str:
        return self.says


# --- every input -----------------------------------------------------------------------------------------------------


def _mail_is_new_each_time() -> Patched:
    return patch.object(gehoor.intake.channels.mail.arriving, "own_key", lambda _raw, _parsed: str(uuid4()))


@contextmanager
def _ack_before_commit() -> Iterator[None]:
    whole = MemoryJournal.batch

    @contextmanager
    def acknowledged_first(self: Any, group: str, *more: Any) -> Iterator[Any]:
        with whole(self, group, *more) as taken:
            self._read |= {(group, record.at): record.offset + 1 for record in taken}
            yield taken

    with patch.object(MemoryJournal, "batch", acknowledged_first):
        yield


# --- one owner -------------------------------------------------------------------------------------------------------


def _transfer_leaves_no_owner() -> Patched:
    whole = OWNERSHIP

    def evolve(owned: Ownership, fact: Fact) -> Ownership:
        after = whole.evolve(owned, fact)
        return replace(after, owner=None) if isinstance(fact, OwnerAccepted) else after

    return patch.object(gehoor.routing.main, "OWNERSHIP", Decider(whole.initial, evolve, whole.decide))


def _offer_moves_at_once() -> Patched:
    """The receiving desk owns it without having been asked: it accepts what was offered to nobody."""
    whole = OWNERSHIP

    def decide(owned: Ownership, command: Any) -> Sequence[Fact]:
        return [
            fact.model_copy(update={"hand_off": fact.hand_off + 1}) if isinstance(fact, OwnerAccepted) else fact
            for fact in whole.decide(owned, command)
        ]

    return patch.object(gehoor.routing.main, "OWNERSHIP", Decider(whole.initial, whole.evolve, decide))


# --- clocks ----------------------------------------------------------------------------------------------------------


def _fires_early() -> Patched:
    hour = timedelta(hours=1)

    def sooner(stream: Stream, watch: Any) -> Iterator[Due]:
        return (replace(one, at=one.at - hour) if one.kind == CLOCK else one for one in effects.due(stream, watch))

    def fire(decision: Any, command: Any) -> None:
        clock = decision.watch.clocks[command.clock_id]
        if clock.running and clock.arming == command.arming:
            gehoor.sla.domain.clocks.pass_by(decision, clock, command.now)

    both = ExitStack()
    both.enter_context(patch.object(gehoor.sla.main, "due", sooner))
    both.enter_context(patch.object(gehoor.sla.domain.clocks, "fire", fire))
    return both


def _fires_twice() -> Patched:
    whole, once = SeenStore._write, set[Due]()

    def write(self: Any, commit: Commit) -> Any:
        fresh = [due for due in commit.fired if due.kind == CLOCK and due not in once]
        claimed = {(due.kind, due.key): self.due.get((due.kind, due.key)) for due in fresh}
        once.update(fresh)
        recorded = whole(self, commit)
        self.due |= {at: armed for at, armed in claimed.items() if armed is not None and at not in self.due}
        return recorded

    return patch.object(SeenStore, "_write", write)


def _timers_lost_on_restart() -> Patched:
    whole = House.ended

    def ended(self: House, kept: Kept, process: Process) -> None:
        kept.store.due.clear()
        whole(self, kept, process)

    return patch.object(House, "ended", ended)


def _promise_without_clock() -> Patched:
    whole = gehoor.sla.reactions.of_intake
    heard = {
        (lambda event, now: iter(()) if isinstance(event.fact, PromiseMade) else whole(event, now))
        if reaction is whole
        else reaction: facts
        for reaction, facts in gehoor.sla.reactions.HEARD.items()
    }
    return patch.object(gehoor.sla.reactions, "HEARD", heard)


# --- escalations -----------------------------------------------------------------------------------------------------


def _ladder_not_armed() -> Patched:
    without = lambda stream, watch: (one for one in effects.due(stream, watch) if one.kind != LADDER)  # noqa: E731
    return patch.object(gehoor.sla.main, "due", without)


# --- closings --------------------------------------------------------------------------------------------------------


def _closing_stands() -> Patched:
    whole = gehoor.intake.domain.noting.owner

    def owner(matter: Any, command: Any) -> Iterator[Fact]:
        return (fact for fact in whole(matter, command) if not isinstance(fact, Reopened))

    return patch.object(gehoor.intake.domain.noting, "owner", owner)


def _partner_changes_complaint() -> Patched:
    whole = listen.listening

    def listening(clock: Any) -> Any:
        react = whole(clock)

        async def heard(event: Recorded, views: Views) -> Sequence[Wish]:
            if isinstance(event.fact, TicketResolved):
                return [Wish(Stream(MATTER, event.subject), RecordCause(clock.now(), "solved", "st_system"))]
            found: Sequence[Wish] = await react(event, views)
            return found

        return heard

    both = ExitStack()
    both.enter_context(patch.object(listen, "listening", listening))
    both.enter_context(patch.object(listen, "LISTENS_TO", listen.LISTENS_TO | {TicketResolved.type}))
    return both


# --- the journal -----------------------------------------------------------------------------------------------------


def _deleted_before_the_ack() -> Patched:
    async def relay(self: Any, _hold: Any) -> None:
        self._woken.clear()
        records = await self._outbox.pending(self._batch_max)
        if records:
            await self._outbox.sent([record.position for record in records])
            await self._producer.send(records)
        else:
            await gehoor.runtime.relaying.until(self._woken, self._clock, self._poll)  # type: ignore[attr-defined]

    return patch.object(Relay, "_relay", relay)


def _relay_skips() -> Patched:
    whole = MemoryOutbox.pending

    async def pending(self: MemoryOutbox, limit: int) -> Sequence[Outgoing]:
        found = await whole(self, limit)
        await self.sent([found[1].position] if len(found) > 2 else [])
        return found[:1] + found[2:] if len(found) > 2 else found  # type: ignore[operator]

    return patch.object(MemoryOutbox, "pending", pending)


def _two_relays_out_of_order() -> Patched:
    whole = MemoryOutbox.pending

    async def pending(self: MemoryOutbox, limit: int) -> Sequence[Outgoing]:
        return list(reversed(await whole(self, limit)))

    return patch.object(MemoryOutbox, "pending", pending)


# --- views -----------------------------------------------------------------------------------------------------------


def _row_left_over() -> Patched:
    whole = Opened.rows_changed
    return patch.object(Opened, "rows_changed", lambda self: (whole(self)[0][:-1], whole(self)[1]))


# --- sealed ----------------------------------------------------------------------------------------------------------


@contextmanager
def _sealed_in_name_only() -> Iterator[None]:
    sealing = gehoor.runtime.sealing
    with (
        patch.object(sealing, "_encrypt", lambda _cipher, clear, _bound, _nonce: "1." + clear.decode()),
        patch.object(sealing, "_decrypt", lambda _cipher, token, _bound: token[2:].encode()),
    ):
        yield


def _erased_key_cached() -> Patched:
    whole, cached = MemoryKeyring.keys, defaultdict[int, dict[UUID, Key]](dict)

    async def keys(self: MemoryKeyring, subjects: Collection[UUID], *, create: bool = False) -> Mapping[UUID, Any]:
        found = await whole(self, subjects, create=create)
        held = cached[id(self)]
        held |= {subject: key for subject, key in found.items() if not isinstance(key, Erased)}
        return {subject: held.get(subject, key) for subject, key in found.items()}

    return patch.object(MemoryKeyring, "keys", keys)


# --- partners --------------------------------------------------------------------------------------------------------


def _audience_not_enforced() -> Patched:
    whole = SeenStore.get

    async def get(self: SeenStore, view: str, key: str, *, audience: str | None = None) -> Row | None:
        del audience
        return await whole(self, view, key)

    return patch.object(SeenStore, "get", get)


MUTANTS = (
    Mutant("the same mail is new each time", every_input.NAME, _mail_is_new_each_time),
    Mutant("records are acknowledged before they are handled", journal.NAME, _ack_before_commit),
    Mutant("a transfer leaves no owner", one_owner.NAME, _transfer_leaves_no_owner),
    Mutant("hand-offs are counted twice", one_owner.NAME, _offer_moves_at_once),
    Mutant("clocks fire early", clocks.NAME, _fires_early),
    Mutant("timers fire twice", clocks.NAME, _fires_twice),
    Mutant("timers are lost on restart", clocks.NAME, _timers_lost_on_restart),
    Mutant("promises have no clock", clocks.NAME, _promise_without_clock),
    Mutant("no further level is ever asked", escalations.NAME, _ladder_not_armed),
    Mutant("a closing by who no longer owned it stands", closings.NAME, _closing_stands),
    Mutant("what a partner says changes the complaint", closings.NAME, _partner_changes_complaint),
    Mutant("the relay forgets before the broker has it", journal.NAME, _deleted_before_the_ack),
    Mutant("the relay skips a record", journal.NAME, _relay_skips),
    Mutant("the relay sends in any order", journal.NAME, _two_relays_out_of_order),
    Mutant("a view row is not written", live_views.NAME, _row_left_over),
    Mutant("what is sealed can be read", sealed.NAME, _sealed_in_name_only),
    Mutant("an erased person's key is cached", sealed.NAME, _erased_key_cached),
    Mutant("a partner sees what is another's", partners.NAME, _audience_not_enforced),
)
