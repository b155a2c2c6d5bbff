"""What was agreed with partners, and what is wrong with an agreement that can't be followed."""

from pathlib import Path
from uuid import UUID

import pytest

from gehoor.events.terms import ComplaintId
from gehoor.partner_escalation.policy import PolicyError, read

FOLDER = Path(__file__).parents[3] / "deploy" / "policy"
COMPLAINT = ComplaintId(UUID(int=1))
WRITTEN = """
version: test-1
desks: {audience: {name: Audience desk}}
intake: {what: is not ours}
partners:
  sponsor:
    name: The sponsor
    webhook: {url: "https://sponsor.example/hooks", secret: sponsor}
    calendar: office
    answer_within: 5 working days
    categories:
      prize.not-delivered: {shares: [name, address, prize]}
      delivery: {shares: [name], opens: Please see to it that this parcel arrives.}
"""


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.yaml")))
def test_the_policies_that_come_with_the_house_can_be_followed(name: str) -> None:
    assert read((FOLDER / name).read_text("utf-8"), name).partners


@pytest.mark.parametrize("name", ["default.yaml", "demo.yaml"])
def test_the_sponsor_sees_name_address_and_prize(name: str) -> None:
    terms = read((FOLDER / name).read_text("utf-8"), name).terms("sponsor")
    assert terms is not None
    assert terms.shares["prize.not-delivered"] == ("name", "address", "prize")


def test_the_terms_name_the_version_that_said_so() -> None:
    terms = read(WRITTEN, "test.yaml").terms("sponsor")
    assert terms is not None
    assert terms.policy == "test-1"
    assert read(WRITTEN, "test.yaml").terms("nobody") is None


def test_policy_opens_only_where_it_says_what_to_ask() -> None:
    policy = read(WRITTEN, "test.yaml")
    assert policy.opens(COMPLAINT, "prize.not-delivered") == ()
    (opening,) = policy.opens(COMPLAINT, "delivery")
    assert opening.asked == "Please see to it that this parcel arrives."
    assert opening.terms.partner == "sponsor"


def test_what_policy_opens_has_the_same_id_whenever_it_is_asked_again() -> None:
    (one,), (same,) = (read(WRITTEN, "test.yaml").opens(COMPLAINT, "delivery") for _ in range(2))
    (other,) = read(WRITTEN, "test.yaml").opens(ComplaintId(UUID(int=2)), "delivery")
    assert one.ticket_id == same.ticket_id != other.ticket_id


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("secret: sponsor", "secret: sponsor, password: hush", "partners.sponsor.webhook.password"),
        ("https://sponsor", "ftp://sponsor", "partners.sponsor.webhook.url: a webhook goes to"),
        ("[name, address, prize]", "[name, name]", "partners.sponsor.categories.prize.not-delivered.shares: a field"),
        ("[name, address, prize]", '["E-mail"]', "prize.not-delivered.shares.0"),
        ("opens: Please see to it that this parcel arrives.", 'opens: ""', "categories.delivery.opens"),
        ("answer_within: 5 working days", "answer_sometime: yes", "partners.sponsor.answer_within: Field required"),
        ("version: test-1", "version: {", "test.yaml"),
        ("desks: {audience: {name: Audience desk}}", "desks: {}", "test.yaml: desks"),
    ],
)
def test_a_policy_that_can_not_be_followed_names_file_and_field(before: str, after: str, said: str) -> None:
    with pytest.raises(PolicyError) as refused:
        read(WRITTEN.replace(before, after), "test.yaml")
    assert str(refused.value).startswith("test.yaml: ")
    assert said in str(refused.value)
