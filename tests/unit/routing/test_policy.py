"""Classification by rules anybody can read, and a policy that says where it is wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gehoor.events.routing import Because
from gehoor.events.terms import Channel, Severity
from gehoor.routing.policy import Matter, Policy, PolicyError, fold, read

SHIPPED = Path(__file__).parents[3] / "deploy" / "policy"

SMALL = """
version: test-1
desks:
  front-line: {name: Front line, calendar: office}
  audience: {name: Audience desk, calendar: office}
  newsroom: {name: Newsroom, calendar: office}
routing:
  coordinator: front-line
  categories:
    prize: {desk: audience, severity: high}
    mortgage: {}
    noise: {}
  rules:
    - {name: label-prize, category: prize, labels: [Prijs niet ontvangen]}
    - {name: product-mortgage, category: mortgage, products: [Hypotheek]}
    - {name: chat-prize, category: prize, channels: [chat], words: {any: [prize]}, severity: critical, confidence: 0.8}
    - {name: words-prize, category: prize, words: {nl: [prijs gewonnen, gewinn*], fr: [gagné], de: ["*gewinn"]}}
    - {name: social-noise, category: noise, channels: [social]}
  reports:
    - {name: sport, desk: audience, pages: ["*/sport/*"]}
    - {name: articles, desk: newsroom, pages: ["*/nieuws/*", "*/news/*"]}
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return read(SMALL, "small.yaml")


def said(text: str, language: str = "nl", **more: Any) -> Matter:
    return Matter.of(text, language=language, **more)


def test_the_customer_s_own_label_comes_before_the_product_and_the_words(policy: Policy) -> None:
    found = policy.classify(said("Prijs gewonnen", label="prijs niet ontvangen", product="hypotheek"))
    assert (found.category, found.rule, found.because) == ("prize", "label-prize", Because.LABEL)
    assert (found.severity, found.desk, found.confidence) == (Severity.HIGH, "audience", 1.0)


def test_the_product_comes_before_the_words(policy: Policy) -> None:
    found = policy.classify(said("Prijs gewonnen", product="HYPOTHEEK"))
    assert (found.category, found.because, found.desk) == ("mortgage", Because.PRODUCT, None)


def test_a_phrase_is_found_across_case_accents_and_line_breaks(policy: Policy) -> None:
    assert policy.classify(said("Ik heb een PRÍJS\n gewonnen!")).rule == "words-prize"
    assert policy.classify(said("J'ai GAGNE, et rien.", "fr")).rule == "words-prize"


@pytest.mark.parametrize("text", ["prijsgewonnen", "een prijs, ooit gewonnen", "ongewinnbaar"])
def test_a_part_of_a_word_or_a_broken_phrase_is_not_found(policy: Policy, text: str) -> None:
    assert policy.classify(said(text)).category == "unclassified"


def test_a_star_stands_for_the_rest_of_a_word(policy: Policy) -> None:
    assert policy.classify(said("De gewinnaars kregen niets")).category == "prize"
    assert policy.classify(said("Wo ist mein Hauptgewinn?", "de")).category == "prize"
    assert policy.classify(said("Die Hauptgewinne", "de")).category == "unclassified"


def test_words_are_looked_for_in_the_language_of_the_text(policy: Policy) -> None:
    assert policy.classify(said("gagné", "nl")).category == "unclassified"


def test_a_rule_holds_when_all_that_it_names_holds(policy: Policy) -> None:
    found = policy.classify(said("Where is my prize", "en", channel=Channel.CHAT))
    assert (found.rule, found.severity, found.confidence) == ("chat-prize", Severity.CRITICAL, 0.8)
    assert policy.classify(said("Where is my prize", "en", channel=Channel.WEB)).category == "unclassified"


def test_the_channel_alone_is_the_weakest_ground(policy: Policy) -> None:
    found = policy.classify(said("lol", "en", channel=Channel.SOCIAL))
    assert (found.because, found.confidence) == (Because.CHANNEL, 0.5)


def test_what_no_rule_knows_says_so(policy: Policy) -> None:
    found = policy.classify(said("…"))
    assert (found.category, found.rule, found.because, found.confidence) == ("unclassified", "none", Because.NONE, 0)


def test_no_phrase_is_found_across_subject_and_text(policy: Policy) -> None:
    assert policy.classify(Matter.of("Over mijn prijs", "Gewonnen heb ik niets", language="nl")).rule == "none"


def test_every_finding_names_the_version_it_was_found_with(policy: Policy) -> None:
    assert {policy.classify(said(text)).policy for text in ("prijs gewonnen", "…")} == {"test-1"}


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Ça va?", " ca va "), ("STRASSE straße", " strasse strasse "), ("", "  "), ("l'été", " l ete ")],
)
def test_folding_leaves_words_between_single_blanks(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_report_goes_to_the_first_desk_whose_pages_fit(policy: Policy) -> None:
    forwarding = policy.forward("https://Example.org/Sport/nieuws/1")
    assert forwarding is not None
    assert (forwarding.desk, forwarding.rule) == ("audience", "sport")
    assert policy.forward("https://example.org/weather") is None


# --- the file itself ----------------------------------------------------------------------------------------------


def broken(**changes: Any) -> str:
    raw = yaml.safe_load(SMALL)
    raw["routing"] |= changes
    return yaml.safe_dump(raw)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "the whole"),
        ("version: [", "while parsing"),
        (broken(coordinator="basement"), "routing.coordinator"),
        (broken(hand_off_limit=0), "routing.hand_off_limit"),
        (broken(hand_of_limit=2), "routing.hand_of_limit"),
        (broken(categories={"prize": {"desk": "basement"}}), "routing.categories.prize.desk"),
        (broken(rules=[{"name": "a", "category": "weather", "labels": ["x"]}]), "routing.rules.0.category"),
        (broken(rules=[{"name": "a", "category": "prize"}]), "routing.rules.0"),
        (broken(rules=[{"name": "none", "category": "prize", "labels": ["x"]}]), "routing.rules.0.name"),
        (broken(rules=[{"name": "a", "category": "prize", "labels": ["…"]}]), "routing.rules.0.labels.0"),
        (broken(rules=[{"name": "a", "category": "prize", "words": {"dutch": ["x"]}}]), "routing.rules.0.words.dutch"),
        (broken(reports=[{"name": "a", "desk": "basement", "pages": ["*"]}]), "routing.reports.0.desk"),
    ],
)
def test_a_policy_that_can_not_be_followed_names_the_file_and_the_field(text: str, field: str) -> None:
    with pytest.raises(PolicyError) as refused:
        read(text, "deploy/policy/mine.yaml")
    assert f"deploy/policy/mine.yaml: {field}" in str(refused.value)


@pytest.mark.parametrize("name", ["default.yaml", "demo.yaml"])
def test_the_policies_that_come_with_it_can_be_followed(name: str) -> None:
    assert read((SHIPPED / name).read_text("utf-8"), name).limit.hand_offs == 2


def test_the_demonstration_routes_as_the_default_does() -> None:
    routing = [yaml.safe_load((SHIPPED / name).read_text("utf-8"))["routing"] for name in ("default.yaml", "demo.yaml")]
    assert routing[0] == routing[1]


@pytest.mark.parametrize(
    ("text", "language", "category"),
    [
        ("In augustus heb ik de wedstrijd gewonnen en nog steeds niets gekregen.", "nl", "prize.not-delivered"),
        ("J'ai gagné au concours, rien n'est arrivé.", "fr", "prize.not-delivered"),
        ("Er staat een oude hypotheeklening in mijn account.", "nl", "mortgage"),
        ("An old mortgage has turned up in the online portal.", "en", "mortgage"),
        ("Ich wurde nie zurückgerufen.", "de", "promise-broken"),
        ("Je demande d'exercer mon droit à l\u2019oubli.", "fr", "privacy"),
        ("De reeks verdwijnt veel te snel.", "nl", "programme"),
        ("Your app keeps buffering.", "en", "video-service"),
        ("Guten Tag.", "de", "unclassified"),
    ],
)
def test_the_default_rules_know_the_stories(text: str, language: str, category: str) -> None:
    default = read((SHIPPED / "default.yaml").read_text("utf-8"), "default.yaml")
    assert default.classify(said(text, language)).category == category
