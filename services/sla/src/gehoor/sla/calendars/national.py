"""Public holidays of a country, from the `holidays` library."""

from collections.abc import Callable
from datetime import date

import holidays

_CATEGORIES = {"NL": (holidays.PUBLIC, holidays.OPTIONAL)}
"""Beside the public ones: in the Netherlands Good Friday and 5 May, which statutory terms count every year."""


def national_holidays(country: str) -> Callable[[date], str | None]:
    """What tells the name of the holiday that a date is in that country (ISO 3166: BE, NL), None on other dates.

    Raises:
        ValueError: nothing is known of that country.
    """
    try:
        known = holidays.country_holidays(
            country, categories=_CATEGORIES.get(country, (holidays.PUBLIC,)), language="en_US"
        )
    except NotImplementedError:
        raise ValueError(f"no holidays are known of {country}") from None
    return known.get
