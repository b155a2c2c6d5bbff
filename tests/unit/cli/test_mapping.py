from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gehoor.cli.replaying.complaints import check_constants
from gehoor.cli.replaying.mapping import Columns, MappingError, RowError, check_columns, read_mapping
from gehoor.cli.replaying.rows import columns_of

SIMPLE: dict[str, Any] = {
    "source": "urn:test",
    "id": "{id}",
    "occurred_at": "{when}",
    "channel": "web",
    "text": "{text}",
}
HOUSE = Path(__file__).parents[3]


def mapping(**changes: Any) -> Columns:
    return Columns.model_validate(SIMPLE | changes)


def written(folder: Path, **changes: Any) -> Path:
    file = folder / "mapping.yaml"
    file.write_text(yaml.safe_dump({name: said for name, said in (SIMPLE | changes).items() if said is not None}))
    return file


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": None}, "id: Field required"),
        ({"colour": "blue"}, "colour: Extra inputs"),
        ({"text": "{text"}, "text.from: '{text': { at 1 has no other half"),
        ({"source": "two words"}, "source:"),
        ({"occurred_at": {"from": "{when}", "zone": "Mars/Olympus"}}, "occurred_at.zone: there is no time zone"),
        ({"occurred_at": {"from": "{when}", "formats": ["%Q"]}}, "occurred_at.formats.0: '%Q' is no date format"),
        ({"label": {"from": "{a}", "as": {"x": 3}}}, "label.as.x"),
    ],
)
def test_a_mapping_that_can_not_be_followed_names_the_field(
    tmp_path: Path, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(MappingError) as told:
        read_mapping(written(tmp_path, **changes))
    assert any(field in line for line in str(told.value).splitlines()), told.value


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "pigeon"}, "channel: 'pigeon' will not do: a channel is one of web, phone"),
        ({"channel": {"from": "{via}", "as": {"Call": "telephone"}}}, "channel: 'telephone' will not do"),
        ({"desk": "Front Line"}, "desk: 'Front Line' will not do"),
        ({"language": "english"}, "language: 'english' will not do"),
        ({"product": "call 0032 475123456"}, "product: "),
    ],
)
def test_constants_are_checked_before_a_row_is_sent(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(MappingError) as told:
        check_constants(mapping(**changes))
    assert str(told.value).startswith(field)


def test_a_column_that_is_not_in_the_file_is_named_with_those_that_are(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id,when,words\n1,2026-01-01,a\n")
    with pytest.raises(MappingError, match=r"text: a\.csv has no column 'text'; it has id, when, words"):
        check_columns(mapping(), columns_of(file), file)


@pytest.mark.parametrize(
    ("moment", "said", "at"),
    [
        ("{when}", "2026-05-01T10:00:00+02:00", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        (
            {"from": "{when}", "formats": ["%d-%m-%Y %I:%M:%S %p"], "zone": "America/New_York"},
            "22-04-2015 03:53:50 PM",
            datetime(2015, 4, 22, 19, 53, 50, tzinfo=UTC),
        ),
        (
            {"from": "{when}", "formats": ["iso", "%m/%d/%Y"], "zone": "America/New_York"},
            "1/2/2015",
            datetime(2015, 1, 2, 5, tzinfo=UTC),
        ),
        (
            {"from": "{when}", "formats": ["%d-%m-%Y %H:%M"], "zone": "Europe/Brussels"},
            "25-10-2026 02:30",
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        ),
    ],
)
def test_a_moment_is_read_in_its_format_and_zone(moment: Any, said: str, at: datetime) -> None:
    assert mapping(occurred_at=moment).occurred_at.of({"when": said}) == at


def test_a_moment_without_offset_or_zone_is_no_moment() -> None:
    with pytest.raises(RowError, match="when: no offset"):
        mapping().occurred_at.of({"when": "2026-05-01T10:00:00"})


def test_what_as_does_not_name_is_told_or_otherwise() -> None:
    strict = mapping(channel={"from": "{via}", "as": {"Call": "phone"}}).channel
    lenient = mapping(channel={"from": "{via}", "as": {"Call": "phone"}, "otherwise": "web"}).channel
    assert strict.of({"via": "Call"}) == "phone"
    assert lenient.of({"via": "Fax"}) == "web"
    with pytest.raises(RowError, match="via: the mapping's `as` knows none but 'Call'"):
        strict.of({"via": "Fax"})


@pytest.mark.parametrize("file", sorted((HOUSE / "deploy/replay").glob("*.yaml")), ids=lambda file: file.name)
def test_every_mapping_that_comes_with_the_house_can_be_followed(file: Path) -> None:
    check_constants(read_mapping(file))
