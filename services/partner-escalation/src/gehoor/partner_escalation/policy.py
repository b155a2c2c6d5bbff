"""What was agreed with each partner: what it can be asked about, and what of the customer it may see for that.

    partners:
      sponsor:
        name: The sponsor
        webhook: {url: "https://sponsor.example/hooks", secret: sponsor}
        calendar: brussels-office
        answer_within: 5 working days
        categories:
          prize.not-delivered: {shares: [name, address, prize]}
          delivery: {shares: [name, address], opens: Please see to it that this parcel arrives.}

A category that is not listed can't be asked about. `opens` is what policy itself asks, as soon as a complaint is found
to be of that category. The webhook's secret is a setting, found under the name that stands here. When an answer is due
is sla's to compute; to the partner it is told in these words.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gehoor.events.envelope import derived_id
from gehoor.events.terms import Category, ComplaintId, DeskId, PartnerId, Slug, TicketId
from gehoor.partner_escalation.domain.commands import OpenByPolicy, Terms


class PolicyError(ValueError):
    """The policy can't be followed; the message names the file and every field that is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Webhook(_Part):
    """Where messages go, and under which name the settings hold the secret they are signed with."""

    url: str = Field(max_length=2000)
    secret: Slug


class Agreed(_Part):
    """What a partner can be asked about one category."""

    shares: tuple[Slug, ...] = Field(description="The fields it may see, and no others.")
    opens: str | None = Field(None, min_length=1, max_length=10_000, description="What policy asks of itself.")


class Partner(_Part):
    """A third party that owes our customers something."""

    name: str = Field(min_length=1, max_length=200)
    webhook: Webhook
    calendar: Slug = Field(description="Of the agreement; sla's.")
    answer_within: str = Field(max_length=100, description="Of the agreement; sla's, and told to the partner.")
    categories: Mapping[Category, Agreed]


class Policy(BaseModel):
    """What partner-escalation reads of the organisation's policy; the other services' parts are theirs."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: Slug
    desks: Mapping[DeskId, object] = Field(min_length=1)
    partners: Mapping[PartnerId, Partner] = Field(default_factory=dict)

    def terms(self, partner: PartnerId) -> Terms | None:
        """What that partner agreed to; None where there is no such partner."""
        agreed = self.partners.get(partner)
        if agreed is None:
            return None
        return Terms(partner, {category: one.shares for category, one in agreed.categories.items()}, self.version)

    def opens(self, complaint: ComplaintId, category: Category) -> tuple[OpenByPolicy, ...]:
        """The tickets that policy opens of itself; their ids follow from what they are, so there is one of each."""
        return tuple(
            OpenByPolicy(TicketId(derived_id("ticket", complaint, id_, category)), terms, agreed.opens)
            for id_, partner in self.partners.items()
            if (agreed := partner.categories.get(category)) is not None and agreed.opens is not None
            if (terms := self.terms(id_)) is not None
        )

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Each field that can't be followed, and what is wrong with it."""
        for id_, partner in self.partners.items():
            if urlsplit(partner.webhook.url).scheme not in {"http", "https"}:
                yield f"partners.{id_}.webhook.url", "a webhook goes to http:// or https://"
            for category, agreed in partner.categories.items():
                if len(set(agreed.shares)) != len(agreed.shares):
                    yield f"partners.{id_}.categories.{category}.shares", "a field is named twice"


def read(text: str, file: str) -> Policy:
    """The policy of a YAML text.

    Raises:
        PolicyError: it can't be followed; names `file` and every field that is wrong.
    """
    try:
        policy = Policy.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as wrong:
        raise PolicyError(f"{file}: {wrong}") from None
    except ValidationError as wrong:
        lines = [
            f"{file}: {'.'.join(map(str, error['loc'])) or 'the whole'}: {error['msg']}" for error in wrong.errors()
        ]
        raise PolicyError("\n".join(lines)) from None
    if lines := [f"{file}: {field}: {message}" for field, message in policy.contradictions()]:
        raise PolicyError("\n".join(lines))
    return policy
