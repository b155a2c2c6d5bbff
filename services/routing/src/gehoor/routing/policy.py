"""The organisation's routing: its desks, the rules that classify, and how often a customer may be sent around.

    routing:
      coordinator: coordinator
      hand_off_limit: 2
      categories: {mortgage: {}, privacy: {desk: back-office, severity: high}}
      rules: [{name: words-mortgage, category: mortgage, words: {nl: [hypothe*], en: [mortgage]}}]
      reports: [{name: articles, desk: newsroom, pages: ["*/news/*"]}]

Rules are tried in order and the first that holds decides. A rule holds when all that it names holds; of each list one
is enough. Labels and products are compared whole, words are looked for as whole words in the text's language or under
`any`; all are blind to case, accents and punctuation. A star at either end stands for the rest of a word.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from gehoor.events.routing import Because
from gehoor.events.terms import Category, Channel, DeskId, Language, Severity, Slug, StaffId
from gehoor.routing.domain.commands import Forwarding, Limit
from gehoor.routing.facts import Finding

UNMATCHED: Category = "unclassified"
"""The category of what no rule holds for."""
NO_RULE: Slug = "none"
_WORD = re.compile(r"\w+")
_CONFIDENCE = {Because.LABEL: 1.0, Because.PRODUCT: 0.9, Because.KEYWORD: 0.7, Because.CHANNEL: 0.5}


class PolicyError(ValueError):
    """The policy can't be followed; the message names the file and every field that is wrong."""


def fold(text: str) -> str:
    """The words of a text in lower case without accents, each between single blanks: ` hypotheque a zero `."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    words = " ".join(_WORD.findall(plain))
    return f" {words} "


def _folded(written: object) -> str:
    folded = fold(str(written))
    if not folded.strip():
        raise ValueError(f"{written!r} has no word in it")
    return folded


def _pattern(written: object) -> str:
    """What to look for in a folded text: `hypothe*` becomes ` hypothe`, `prijs gewonnen` ` prijs gewonnen `."""
    folded, asked = _folded(written), str(written)
    return folded[1 if asked.startswith("*") else 0 : -1 if asked.endswith("*") else None]


Term = Annotated[str, BeforeValidator(_folded)]
"""A label or product, folded."""
Pattern = Annotated[str, BeforeValidator(_pattern)]
"""A word or phrase, folded and ready to be looked for."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What the rules look at. All text is folded; it is personal, in clear, and in memory only."""

    text: str
    language: Language
    label: str | None
    product: str | None
    channel: Channel | None

    @classmethod
    def of(
        cls,
        *texts: str,
        language: Language,
        label: str | None = None,
        product: str | None = None,
        channel: Channel | None = None,
    ) -> "Matter":
        """A matter as it came in; no phrase is found across two of the texts."""
        return cls(
            "".join(map(fold, texts)),
            language,
            None if label is None else fold(label),
            None if product is None else fold(product),
            channel,
        )


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Desk(BaseModel):
    """A team with a calendar and a lead, and whoever operates it: `own`, or a contact centre's name."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    calendar: Slug
    operated_by: str = "own"
    lead: StaffId | None = None
    deputy: StaffId | None = None


class Ownership(_Part):
    """Who owns the complaints of a category (none: whoever received them), and how much they matter."""

    desk: DeskId | None = None
    severity: Severity = Severity.NORMAL


class Rule(_Part):
    """When all that is named here holds, the category is this one."""

    name: Slug
    category: Category
    labels: frozenset[Term] = frozenset()
    products: frozenset[Term] = frozenset()
    words: Mapping[Language | Literal["any"], tuple[Pattern, ...]] = Field(default_factory=dict)
    channels: frozenset[Channel] = frozenset()
    severity: Severity | None = None
    confidence: float | None = Field(None, ge=0, le=1)

    @model_validator(mode="after")
    def _says_something(self) -> "Rule":
        if not (self.labels or self.products or self.words or self.channels):
            raise ValueError("name at least one of labels, products, words and channels")
        return self

    def holds(self, matter: Matter) -> bool:
        """Whether all that it names holds."""
        return (
            (not self.labels or matter.label in self.labels)
            and (not self.products or matter.product in self.products)
            and (not self.channels or matter.channel in self.channels)
            and (not self.words or self._says(matter))
        )

    @property
    def because(self) -> Because:
        """The strongest thing it rests on: what the customer called it, before what we read into the words."""
        if self.labels:
            return Because.LABEL
        if self.products:
            return Because.PRODUCT
        return Because.KEYWORD if self.words else Because.CHANNEL

    def _says(self, matter: Matter) -> bool:
        sought = (*self.words.get(matter.language, ()), *self.words.get("any", ()))
        return any(pattern in matter.text for pattern in sought)


class ReportRule(_Part):
    """Reports about a page that fits one of the patterns go to this desk; a star stands for anything."""

    name: Slug
    desk: DeskId
    pages: tuple[str, ...] = Field(min_length=1)


class Routing(_Part):
    """Routing's own part of the policy."""

    coordinator: DeskId
    hand_off_limit: int = Field(2, ge=1, description="Accepted transfers and referrals elsewhere, together.")
    categories: Mapping[Category, Ownership]
    rules: tuple[Rule, ...] = ()
    reports: tuple[ReportRule, ...] = ()


class Policy(BaseModel):
    """What routing reads of the organisation's policy; the other services' parts are theirs."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: Slug
    desks: Mapping[DeskId, Desk] = Field(min_length=1)
    routing: Routing

    @property
    def limit(self) -> Limit:
        """How often a customer may be sent around, and who owns the matter from there."""
        return Limit(self.routing.hand_off_limit, self.routing.coordinator)

    def classify(self, matter: Matter) -> Finding:
        """What the first rule that holds makes of it."""
        for rule in self.routing.rules:
            if rule.holds(matter):
                category = self.routing.categories[rule.category]
                return Finding(
                    category=rule.category,
                    severity=rule.severity or category.severity,
                    rule=rule.name,
                    because=rule.because,
                    confidence=_CONFIDENCE[rule.because] if rule.confidence is None else rule.confidence,
                    desk=category.desk,
                    policy=self.version,
                )
        return Finding(
            category=UNMATCHED,
            severity=Severity.NORMAL,
            rule=NO_RULE,
            because=Because.NONE,
            confidence=0,
            policy=self.version,
        )

    def forward(self, page: str) -> Forwarding | None:
        """The desk that can mend that page; None where no rule fits."""
        seen = page.casefold()
        for rule in self.routing.reports:
            if any(fnmatchcase(seen, pattern.casefold()) for pattern in rule.pages):
                return Forwarding(rule.desk, rule.name, self.version)
        return None

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Each field that names what does not exist, or a name twice, and what is wrong with it."""
        routing = self.routing
        yield from self._desk("routing.coordinator", routing.coordinator)
        for name, category in routing.categories.items():
            yield from self._desk(f"routing.categories.{name}.desk", category.desk)
        names: set[Slug] = {NO_RULE}
        for at, rule in enumerate(routing.rules):
            if rule.category not in routing.categories:
                yield f"routing.rules.{at}.category", f"there is no category {rule.category}"
            if rule.name in names:
                yield f"routing.rules.{at}.name", f"{rule.name} is taken"
            names.add(rule.name)
        for at, report in enumerate(routing.reports):
            yield from self._desk(f"routing.reports.{at}.desk", report.desk)

    def _desk(self, field: str, desk: DeskId | None) -> Iterator[tuple[str, str]]:
        if desk is not None and desk not in self.desks:
            yield field, f"there is no desk {desk}"


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
