"""The recipes, followed: their examples are run as they stand, and what they say of each file is so."""

from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
import yaml

from gehoor.cli.policy import READERS, findings
from gehoor.events.catalogue import Catalogue
from gehoor.events.compatibility import breaks
from gehoor.events.docs.examples import example
from gehoor.events.docs.pages import overview, page, path_of
from gehoor.events.docs.schemas import published, schema_of
from gehoor.events.fact import Fact
from gehoor.events.sla import Watched
from gehoor.events.terms import Channel, ClockKind, PromiseKind
from gehoor.intake.policy import Back
from gehoor.partner_escalation import policy as partners
from gehoor.sla.domain.watch import RECEIPT_KINDS
from gehoor.sla.domain.words import owed
from gehoor.sla.policy import read as read_sla
from tests.unit.docs.pages import HOUSE, guide
from tests.unit.docs.reception import policy
from tests.unit.events.test_catalogue import free_strings
from tests.unit.sla.saying import after, received

POLICIES = sorted(file.name for file in (HOUSE / "deploy/policy").glob("*.yaml"))


def followed(name: str) -> dict[str, Any]:
    """What a guide's Python defines, its blocks run one after the other as one module."""
    module = ModuleType(f"recipe_{name.replace('-', '_')}")
    for block in guide(name).blocks("python"):
        exec(compile(block, f"{name}.md", "exec"), vars(module))  # noqa: S102 - our own page
    return vars(module)


def sentences(name: str) -> list[str]:
    """The tests that a guide shows."""
    found = [line for block in guide(name).blocks("python") for line in block.splitlines()]
    return [line.removeprefix("def ").partition("(")[0] for line in found if line.startswith("def test_")]


@pytest.mark.parametrize(("name", "sentence"), [(n, s) for n in ("add-a-channel", "add-a-clock") for s in sentences(n)])
def test_what_a_recipe_shows_as_its_test_holds(name: str, sentence: str) -> None:
    followed(name)[sentence]()


# --- a fact -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fact() -> dict[str, Any]:
    return followed("add-a-fact")


def test_a_new_fact_has_a_page_a_schema_and_an_example(fact: dict[str, Any]) -> None:
    new: type[Fact] = fact["CallUnanswered"]
    told = page(new)
    assert path_of(new) == "intake/call-unanswered.md"
    assert "The customer rang, and nobody picked up." in told
    assert "| `number` | **private** text | optional | Of the caller, where it was shown. |" in told
    assert "in seconds" in schema_of(new)["properties"]["waited_seconds"]["description"]
    assert new.model_validate(example(schema_of(new))).occurred_at.tzinfo is UTC


def test_a_new_fact_breaks_nothing_that_was_published(fact: dict[str, Any]) -> None:
    before = {name: schema_of(known) for name, known in published().items()}
    grown = Catalogue(facts={**published(), fact["CallUnanswered"].type: fact["CallUnanswered"]})
    now = {name: schema_of(known) for name, known in published(grown).items()}
    assert now.keys() - before.keys() == {"intake.call-unanswered.v1"}
    assert breaks(before, now) == []
    assert breaks(now, before) == ["intake.call-unanswered.v1: the type is gone"]


def test_a_new_fact_has_no_free_string_and_one_with_a_bare_string_is_found(fact: dict[str, Any]) -> None:
    fields = fact["CallUnanswered"].model_fields
    assert [at for field, held in fields.items() for at in free_strings(held.rebuild_annotation(), field)] == []
    assert list(free_strings(str, "number")) == ["number"]


def test_the_old_version_is_read_as_the_new_one(fact: dict[str, Any]) -> None:
    old = {"occurred_at": "2026-03-02T08:02:00Z", "desk": "front-line", "waited_seconds": 95}
    assert fact["GROWN"].read("intake.call-unanswered.v1", old) == fact["CallUnansweredAnew"](
        occurred_at=datetime(2026, 3, 2, 8, 2, tzinfo=UTC), desk="front-line", rings=19
    )


def test_changing_it_without_a_new_version_is_a_break(fact: dict[str, Any]) -> None:
    v1, v2 = schema_of(fact["CallUnanswered"]), schema_of(fact["CallUnansweredAnew"])
    assert breaks({"x.y.v1": v1}, {"x.y.v1": v2}) == [
        "x.y.v1: waited_seconds is gone",
        "x.y.v1: rings is newly required",
    ]


def test_the_overview_lists_what_is_published() -> None:
    assert f"{len(published())} facts" in overview(published())


# --- a channel ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_has_a_bound_of_how_far_back_it_may_lie(channel: Channel) -> None:
    assert channel in Back.model_fields
    assert policy().intake.occurred_back.of(channel).total_seconds() > 0


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_is_received_by_a_desk(channel: Channel) -> None:
    assert policy().receiving(channel) in policy().desks


# --- a clock ------------------------------------------------------------------------------------------------------


def test_the_table_of_clocks_is_whole() -> None:
    assert [row[0].strip("`") for row in guide("add-a-clock").table("The clocks there are")] == list(ClockKind)


def test_the_table_says_which_clocks_start_with_the_receipt() -> None:
    rows = guide("add-a-clock").table("The clocks there are")
    said = {row[0].strip("`") for row in rows if "received" in row[1]}
    assert said == {kind for kinds in RECEIPT_KINDS.values() for kind in kinds}


@pytest.mark.parametrize("kind", ClockKind)
def test_every_clock_is_told_in_words(kind: ClockKind) -> None:
    (known, *_) = after(received()).state.clocks.values()
    watches = Watched(promise_kind=PromiseKind.CALL_BACK) if kind is ClockKind.PROMISE else Watched()
    assert owed(known.__class__(**{**fields(known), "kind": kind, "watches": watches})) != "what was promised"


def fields(clock: Any) -> dict[str, Any]:
    return {name: getattr(clock, name) for name in clock.__dataclass_fields__}


def default(file: str = "default.yaml") -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load((HOUSE / "deploy/policy" / file).read_text("utf-8"))
    return written


@pytest.mark.parametrize("file", POLICIES)
def test_every_policy_has_every_clock(file: str) -> None:
    for kind in set(ClockKind) - {ClockKind.PROMISE, ClockKind.NEXT_STEP}:
        without = default(file)
        del without["sla"]["clocks"][kind]
        found = [finding for finding in findings(yaml.safe_dump(without), file) if finding.service == "sla"]
        assert [finding.field for finding in found] == [f"sla.clocks.{kind}.within"]


def test_the_numbers_of_the_recipe_can_be_followed_and_hold() -> None:
    (block,) = guide("add-a-clock").blocks("yaml")
    changed = default()
    changed["sla"]["clocks"] |= yaml.safe_load(block)["sla"]["clocks"]
    assert list(findings(yaml.safe_dump(changed), "default.yaml")) == []
    clocks = read_sla(yaml.safe_dump(changed), "default.yaml").sla.clocks
    assert str(clocks[ClockKind.RESOLUTION].of("Broken Lift").basis) == "promised"
    assert str(clocks[ClockKind.RESOLUTION].of("noise").basis) == "bestuursdecreet-2018"


# --- a partner ----------------------------------------------------------------------------------------------------


def test_the_partner_of_the_recipe_can_be_asked_and_sees_what_was_agreed() -> None:
    (block,) = guide("add-a-partner").blocks("yaml")
    changed = default()
    changed["partners"] |= yaml.safe_load(block)["partners"]
    text = yaml.safe_dump(changed)
    assert list(findings(text, "default.yaml")) == []
    terms = partners.read(text, "default.yaml").terms("courier")
    assert terms is not None
    assert terms.shares == {
        "delivery": ("name", "address", "order"),
        "prize.not-delivered": ("name", "address", "prize"),
    }


@pytest.mark.parametrize("file", POLICIES)
def test_every_policy_that_comes_along_is_read_by_all_services(file: str) -> None:
    assert list(findings((HOUSE / "deploy/policy" / file).read_text("utf-8"), file)) == []
    assert set(READERS) == {"intake", "routing", "sla", "partner-escalation"}


# --- what every recipe says of files ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["add-a-channel", "add-a-fact", "add-a-clock", "add-a-partner"])
def test_a_recipe_names_the_files_to_touch(name: str) -> None:
    heading = next(line for line in guide(name).text.splitlines() if line.startswith("## The files to touch"))
    rows = guide(name).table(heading.removeprefix("## "))
    assert rows
    assert [row[0] for row in rows if not (HOUSE / row[0].strip("`")).exists()] == []
