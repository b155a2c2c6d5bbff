"""Real complaints through the whole house: each row one complaint, with one owner and its clocks, and never twice."""

import asyncio
import csv
import itertools
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import yaml

from gehoor.cli.demo_partner import DemoPartner
from gehoor.cli.deriving import derive, read_categories
from gehoor.cli.installation import FILE
from gehoor.cli.journal import Unread, read_journal
from gehoor.devstack.process import free_port
from gehoor.events import intake, partner, routing, sla
from gehoor.events.fact import Fact
from gehoor.events.terms import ClockKind
from tests.e2e.house import House, own_house

SOURCES = Path(__file__).parents[2]
DATA = SOURCES.parent / "shared/data"
CATEGORIES = DATA / "assen_categories.json"
ROWS = {
    "assen": ("assen_reports.json", 1200),
    "telecom": ("telecom_complaints.csv", 600),
    "cfpb": ("cfpb_complaints.csv", 800),
    "tweets": ("support_tweets.jsonl", 250),
}
DAYS_OFF = {
    *(
        date(2025, month, day)
        for month, day in [(4, 18), (4, 21), (4, 26), (5, 5), (5, 29), (6, 9), (12, 25), (12, 26)]
    ),
    *(date(2026, month, day) for month, day in [(1, 1), (4, 3), (4, 6), (4, 27), (5, 5), (5, 14), (5, 25)]),
}
"""Of the Dutch, in the years of the file, Good Friday and 5 May with them."""
EACH_MAX = int(os.environ.get("GEHOOR_TEST_ROWS", "150"))
"""Rows of each file that are replayed, the first ones; 0 takes all of them, which takes some minutes."""
RECEIPT = Counter([ClockKind.ACKNOWLEDGEMENT, ClockKind.FIRST_ANSWER, ClockKind.RESOLUTION])
WITHIN_SECONDS = 900

pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the real complaints are not beside the checkout, in {DATA.name}"),
    pytest.mark.timeout(3 * WITHIN_SECONDS),
]


@dataclass(frozen=True)
class Replayed:
    """All files replayed, twice, and the journal that came of it."""

    house: House
    company: DemoPartner
    first: Mapping[str, Any]
    second: Mapping[str, Any]
    journal: Mapping[UUID, list[Fact]]

    def of(self, kind: type[Fact]) -> Iterator[tuple[UUID, Any]]:
        """Every fact of that kind, with its subject."""
        for subject, facts in self.journal.items():
            yield from ((subject, fact) for fact in facts if isinstance(fact, kind))


def gehoor(house: House, *words: str) -> subprocess.CompletedProcess[str]:
    """The command, which may take its time: these are thousands of complaints on a small machine."""
    return subprocess.run(
        [Path(sys.executable).with_name("gehoor"), *words],
        env={**os.environ, "GEHOOR_INSTALLATION": str(house.folder / FILE)},
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
        check=False,
    )


def rows_of(name: str) -> int:
    """How many of its rows are replayed."""
    return min(ROWS[name][1], EACH_MAX or ROWS[name][1])


def first_rows(name: str, folder: Path) -> Path:
    """A file with those of its rows, in the shape that it has."""
    whole = (DATA / ROWS[name][0]).read_text("utf-8")
    part = folder / ROWS[name][0]
    match part.suffix:
        case ".json":
            part.write_text(json.dumps(json.loads(whole)[: rows_of(name)]), "utf-8")
        case ".csv":
            reader = csv.reader(whole.splitlines(keepends=True))
            with part.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(itertools.islice(reader, rows_of(name) + 1))
        case _:
            part.write_text("".join(whole.splitlines(keepends=True)[: rows_of(name)]), "utf-8")
    return part


def replay(house: House, name: str) -> Any:
    file = first_rows(name, house.folder)
    mapping = SOURCES / "deploy/replay" / f"{name}.yaml"
    told = gehoor(house, "replay", str(file), "--mapping", str(mapping), "--patience", "120", "--json")
    assert told.returncode == 0, told.stderr + told.stdout
    return json.loads(told.stdout)


async def read(house: House) -> Mapping[UUID, list[Fact]]:
    """The whole journal by subject; a fact that stands there twice counts once."""
    told: dict[UUID, list[Fact]] = defaultdict(list)
    seen: set[UUID] = set()
    async for record in read_journal(house.installation.kafka, house.installation.journal):
        assert not isinstance(record, Unread), record
        if record.id not in seen:
            seen.add(record.id)
            told[record.subject].append(record.fact)
    return told


@pytest.fixture(scope="module")
def replayed() -> Iterator[Replayed]:
    port = free_port()

    def written(folder: Path) -> Path:
        """The city's categories as desks and promises, over the policy for old complaints, and the company here."""
        base = yaml.safe_load((SOURCES / "deploy/policy/replay.yaml").read_text("utf-8"))
        base["partners"]["company"]["webhook"]["url"] = f"http://127.0.0.1:{port}/hooks"
        categories = read_categories(CATEGORIES.read_text("utf-8"))
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "policy.yaml"
        file.write_text(yaml.safe_dump(derive(base, categories, calendar="dutch-office"), allow_unicode=True), "utf-8")
        return file

    with (
        own_house(hasty=True, written=written) as house,
        DemoPartner(house.installation.partner_secrets["company"], port) as company,
    ):
        first = {name: replay(house, name) for name in ROWS}
        second = {name: replay(house, name) for name in ROWS}
        yield Replayed(house, company, first, second, asyncio.run(read(house)))


@pytest.mark.parametrize("name", ROWS)
def test_each_row_is_a_complaint_that_all_have_answered_for(replayed: Replayed, name: str) -> None:
    told, rows = replayed.first[name], rows_of(name)
    assert (told["rows"], told["new"], told["already_there"], told["rejected"]) == (rows, rows, 0, 0)
    assert (told["unsettled"], told["received_twice"]) == ([], [])
    assert sum(desk["complaints"] for desk in told["desks"].values()) == rows
    assert "nobody" not in told["desks"]
    clocks = {kind: said["clocks"] for kind, said in told["clocks"].items()}
    clocks.pop(ClockKind.PARTNER_ANSWER, None)  # the company's, counted from whenever it took its ticket
    assert clocks == dict.fromkeys(RECEIPT, rows)


@pytest.mark.parametrize("name", ROWS)
def test_a_second_run_adds_nothing(replayed: Replayed, name: str) -> None:
    told, rows = replayed.second[name], rows_of(name)
    assert (told["rows"], told["new"], told["already_there"], told["rejected"]) == (rows, 0, rows, 0)


def test_the_journal_has_each_row_once_with_one_owner_and_its_clocks(replayed: Replayed) -> None:
    received = Counter(subject for subject, _ in replayed.of(intake.ComplaintReceived))
    assert len(received) == sum(map(rows_of, ROWS))
    assert set(received.values()) == {1}
    assert Counter(subject for subject, _ in replayed.of(routing.ComplaintClassified)) == received
    assert Counter(subject for subject, _ in replayed.of(routing.OwnerAssigned)) == received
    clocks: dict[UUID, Counter[ClockKind]] = defaultdict(Counter)
    for subject, fact in replayed.of(sla.DeadlineSet):
        clocks[subject][fact.kind] += 1
    for subject in received:
        assert clocks[subject] - Counter({ClockKind.PARTNER_ANSWER: 1}) == RECEIPT


def test_a_report_is_due_within_what_the_city_promised_with_its_category(replayed: Replayed) -> None:
    categories = json.loads(CATEGORIES.read_text("utf-8"))
    checked = 0
    for subject, received in replayed.of(intake.ComplaintReceived):
        if received.label not in categories or received.language != "nl":
            continue
        (due,) = [
            fact.deadline
            for fact in replayed.journal[subject]
            if isinstance(fact, sla.DeadlineSet) and fact.kind is ClockKind.RESOLUTION
        ]
        days = categories[received.label]["promised_working_days"]
        assert (due.basis, due.calendar) == ("promised", "dutch-office")
        assert due.computed.startswith(f"{days} working day"), due.computed
        assert received.occurred_at.date() < due.due.date()
        checked += 1
    assert checked == rows_of("assen")


def test_what_the_city_answered_in_time_is_met_and_the_rest_is_late(replayed: Replayed) -> None:
    """The file says on which day each report was settled: counted here on the fingers, and by sla with its calendar."""
    rows = json.loads((DATA / ROWS["assen"][0]).read_text("utf-8"))[: rows_of("assen")]
    days = {code: said["promised_working_days"] for code, said in json.loads(CATEGORIES.read_text("utf-8")).items()}
    late = sum(
        date.fromisoformat(row["resolved_date"]) > promised(row["created_at"], days[row["subcategory_slug"]])
        for row in rows
    )
    assert replayed.first["assen"]["clocks"][ClockKind.RESOLUTION]["missed"] == late
    assert replayed.second["assen"]["clocks"][ClockKind.RESOLUTION]["missed"] == late


def promised(created_at: str, working_days: int) -> date:
    """The last day on which a report is handled in time; the day it came in is not counted."""
    day = datetime.fromisoformat(created_at).astimezone(ZoneInfo("Europe/Amsterdam")).date()
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() < 5 and day not in DAYS_OFF
    return day


def test_the_company_has_a_ticket_for_every_complaint_about_it(replayed: Replayed) -> None:
    opened = Counter(subject for subject, _ in replayed.of(partner.TicketOpened))
    assert len(opened) == rows_of("cfpb")
    assert set(opened.values()) == {1}


def test_no_complaint_is_lost_or_doubled_on_the_way(replayed: Replayed) -> None:
    told = gehoor(replayed.house, "audit", "--json")
    audited = json.loads(told.stdout)
    assert audited["findings"] == []
    assert told.returncode == 0
    assert audited["services"]["intake"]["stored"] >= sum(map(rows_of, ROWS))
    assert audited["parked"] == 0


def test_an_interrupted_replay_goes_on_where_it_stopped(replayed: Replayed, tmp_path: Path) -> None:
    """Killed in the middle; the next run sends the rest, and each row is one complaint."""
    rows = [
        {"id": f"late-{number}", "created_at": "Fri Nov 13 19:33:47 +0000 2015", "text": "late", "is_complaint": 1}
        for number in range(300)
    ]
    file = tmp_path / "late.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)) + "\n")
    words = ["replay", str(file), "--mapping", str(SOURCES / "deploy/replay/tweets.yaml"), "--json"]
    folder = replayed.house.folder / "replays"
    process = subprocess.Popen(
        [Path(sys.executable).with_name("gehoor"), *words],
        env={**os.environ, "GEHOOR_INSTALLATION": str(replayed.house.folder / FILE)},
        stdout=subprocess.DEVNULL,
    )
    while process.poll() is None and sum(file.read_text().count("complaint") for file in folder.glob("late-*")) < 50:
        pass
    process.kill()
    process.wait()
    (kept,) = folder.glob("late-*.jsonl")
    before = kept.read_text().count("complaint")
    assert before > 0
    told = gehoor(replayed.house, *words)
    assert told.returncode == 0, told.stderr + told.stdout
    summed = json.loads(told.stdout)
    assert (summed["rows"], summed["new"], summed["rejected"]) == (300, 300, 0)
    assert not list(folder.glob("late-*.jsonl"))
