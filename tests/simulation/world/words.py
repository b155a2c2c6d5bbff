"""What people of a simulation are called and say: each word of theirs has a mark that must never be found in clear."""

from random import Random

MARK = "mosselzaad"
TEXTS = {
    "nl": (
        "Ik heb een prijs gewonnen en nooit iets gekregen.",
        "Jullie hebben beloofd terug te bellen, en niets.",
        "De factuur klopt niet.",
        "Het pakket is niet geleverd.",
        "De uitzending was een schande.",
        "Niemand weet iets van mijn dossier.",
    ),
    "en": (
        "I won a prize and never got it.",
        "You never called back about my mortgage.",
        "The parcel was not delivered.",
        "The stream keeps buffering.",
        "Somebody was rude to me.",
        "It just does not work.",
    ),
}
LABELS = (None, None, "prijs", "privacy", "billing", "hypotheek", "programma")


def said(chance: Random, number: int) -> tuple[str, str]:
    """Words of a customer and their language."""
    language = chance.choice(sorted(TEXTS))
    return f"{chance.choice(TEXTS[language])} {MARK}{number}", language


def note(what: str, number: int) -> str:
    """Words of ours."""
    return f"{what} {MARK}{number}"


def address(number: int) -> str:
    """A mail address."""
    return f"{MARK}{number}@mail.example"


def phone(number: int) -> str:
    """A phone number as somebody writes it; in one way of writing it is `dialled`."""
    return f"0471 {number % 10**6:06}"


def dialled(number: int) -> str:
    """The same number as it is kept."""
    return f"+32471{number % 10**6:06}"
