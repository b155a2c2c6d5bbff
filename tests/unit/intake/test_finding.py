"""Contact points in one way of writing, looked up without being readable; spots; and what is new in an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gehoor.events.intake import PointKind
from gehoor.intake.channels.mail.quoting import reply_of
from gehoor.intake.points import digester, normalised
from gehoor.intake.views import spot_digest


@pytest.mark.parametrize(
    ("kind", "written", "one_way"),
    [
        (PointKind.PHONE, "0470 12.34/56", "+32470123456"),
        (PointKind.PHONE, "+31 20 123 4567", "+31201234567"),
        (PointKind.EMAIL, " Els.Vermeulen@Example.ORG ", "els.vermeulen@example.org"),
        (PointKind.EMAIL, "els@exämple.org", "els@xn--exmple-cua.org"),
        (PointKind.HANDLE, "@Els", "els"),
        (PointKind.POST, "Kerkstraat  1\n2000 Antwerpen", "Kerkstraat 1 2000 Antwerpen"),
    ],
)
def test_an_address_is_written_in_one_way(kind: PointKind, written: str, one_way: str) -> None:
    assert normalised(kind, written, "BE") == one_way


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (PointKind.PHONE, "12"),
        (PointKind.PHONE, "call me"),
        (PointKind.EMAIL, "els"),
        (PointKind.EMAIL, "a@b\r\nBcc: c@d"),
    ],
)
def test_what_is_no_address_is_not_repeated(kind: PointKind, written: str) -> None:
    with pytest.raises(ValueError, match=r"^no (mail address|phone number)$"):
        normalised(kind, written, "BE")


def test_a_digest_is_of_no_use_without_the_installations_key() -> None:
    one, other = digester(bytes(32)), digester(bytes([1] * 32))
    assert one(PointKind.EMAIL, "els@example.org") == one(PointKind.EMAIL, "els@example.org")
    assert one(PointKind.EMAIL, "els@example.org") != other(PointKind.EMAIL, "els@example.org")
    assert one(PointKind.EMAIL, "els@example.org") != one(PointKind.HANDLE, "els@example.org")


def test_readers_who_point_at_the_same_line_point_at_the_same_spot() -> None:
    spot = spot_digest("https://example.org/news/1", "het gebeurd")
    assert spot_digest("https://example.org/news/1/?utm=x#top", " Het  gebeurd ") == spot
    assert spot_digest("https://example.org/news/2", "het gebeurd") != spot
    assert spot_digest("https://example.org/news/1", None) != spot


@pytest.mark.parametrize(
    "quote",
    [
        "> We hebben uw klacht\n> met kenmerk",
        "Op ma 2 mrt 2026 om 09:00 schreef Klachten <k@example.org>:\n> We hebben uw klacht",
        "Op ma 2 mrt 2026 om 09:00 schreef Klachten\n<klachten@example.org>:\n> We hebben uw klacht",
        "On Mon, 2 Mar 2026 at 09:00, Complaints wrote:\nWe have your complaint",
        "Le lun. 2 mars 2026 à 09:00, Plaintes a écrit :\n> Votre plainte",
        "Am 02.03.26 um 09:00 schrieb Beschwerden:\n> Ihre Beschwerde",
        "-----Oorspronkelijk bericht-----\nWe hebben uw klacht",
        "Van: Klachten\nVerzonden: maandag\nAan: Els\nOnderwerp: Klacht\n\nWe hebben uw klacht",
        "From: Complaints\nSent: Monday\nTo: Els\nSubject: Complaint\n\nWe have it",
    ],
)
def test_what_an_answer_quotes_is_not_what_it_says(quote: str) -> None:
    assert reply_of(f"Nog niets gekregen.\n\n{quote}\n") == "Nog niets gekregen."


@pytest.mark.parametrize(
    "text",
    [
        "Van: dat pakje weet ik niets.",
        "On the phone she wrote nothing down.",
        "> alleen een citaat",
        "Eén\n> citaat\ntwee",
    ],
)
def test_what_looks_like_a_quote_and_is_none_stays(text: str) -> None:
    assert reply_of(text) == text


@given(st.text(alphabet=">: \nOnwroteschreefVan", max_size=2000))
def test_an_answer_is_never_empty_where_the_mail_is_not(text: str) -> None:
    assert reply_of(text).strip() or not text.strip()
