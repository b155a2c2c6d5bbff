import pytest

from gehoor.cli.replaying.templates import Template

ROW = {"Issue": " Billing ", "Sub-issue": "", "Ticket #": "7"}


@pytest.mark.parametrize(
    ("written", "filled"),
    [
        ("{Issue}", "Billing"),
        ("{Issue}[: {Sub-issue}]", "Billing"),
        ("{Issue}[, ticket {Ticket #}]", "Billing, ticket 7"),
        ("{{Issue}} [[1]]", "{Issue} [1]"),
        ("{Unheard of}", ""),
        ("front-line", "front-line"),
    ],
)
def test_a_template_is_filled_from_columns(written: str, filled: str) -> None:
    assert Template.parse(written).fill(ROW) == filled


def test_a_template_knows_its_columns() -> None:
    assert Template.parse("{a}[ {b}] {{c}}").columns == {"a", "b"}


@pytest.mark.parametrize("written", ["{a", "a}", "[a", "a]", "[a[b]]", "{}", "{a[b]}"])
def test_half_a_brace_is_told_with_its_place(written: str) -> None:
    with pytest.raises(ValueError, match="no other half"):
        Template.parse(written)
