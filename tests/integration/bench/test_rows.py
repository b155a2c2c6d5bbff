"""The benchmark measures what it says it does; how fast it all is, is not judged here."""

from collections.abc import Callable
from dataclasses import replace

import asyncpg
import pytest

from gehoor.cli.installation import SERVICES
from gehoor.cli.prepare import schema_of
from tests.bench import bare
from tests.bench.__main__ import measure
from tests.bench.house import passing_house
from tests.bench.outside import WHOLE, apart
from tests.bench.scale import Scale
from tests.bench.written import marked, written_since

TINY = Scale(per_second=10, seconds=2, complaints=24, callers=4, batch=8, batch_callers=2)
pytestmark = pytest.mark.timeout(300)


def _quiet() -> Callable[[str], None]:
    return lambda _line: None


async def test_each_row_stands_beside_a_floor_of_the_same_run() -> None:
    measured, machine = await measure(["P1", "P2", "P3", "P7"], TINY)
    figures = [figure for one in measured for figure in one.figures]
    assert [figure.row for figure in figures] == ["P1", "P2", "P2", "P3", *["P7"] * len(SERVICES)]
    assert all(figure.ratio > 0 and figure.found and figure.floor for figure in figures)
    assert all(breakdown.lines for one in measured for breakdown in one.breakdowns)
    assert "PostgreSQL" in machine


async def test_the_floor_writes_the_rows_that_the_services_wrote() -> None:
    async with passing_house(_quiet()) as house:
        dsn, kafka = house.stack.postgres, house.installation.kafka
        mark = await marked(dsn, house.installation)
        ways = await house.post(replace(house.errand(12), callers=2))
        written = await written_since(mark, dsn, house.installation)
        assert written.records >= len(ways) * WHOLE.total()
        assert await apart(bare.write_again, dsn, kafka, written, 2) > 0
        connection = await asyncpg.connect(dsn)
        try:
            for service, commits in written.commits_of.items():
                schema = f"{bare.FLOOR}{schema_of(service)}"
                for table in ("event", "handled", "view_row", "due"):
                    rows = await connection.fetchval(f"select count(*) from {schema}.{table}")  # noqa: S608 - names of ours
                    assert rows == sum(len(commit.rows[table]) for commit in commits), (service, table)
                assert await connection.fetchval(f"select count(*) from {schema}.outbox") == 0  # noqa: S608 - the same
        finally:
            await connection.close()
