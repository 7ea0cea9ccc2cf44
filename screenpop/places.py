"""Where a number belongs to, and which network it was given to: libphonenumber's own tables."""

from functools import lru_cache

import phonenumbers


@lru_cache(maxsize=1024)
def place_of(e164: str) -> str:
    """The town or area of this number, in English; "" where it is not known or is the country as a whole."""
    from phonenumbers import geocoder

    number = _parse(e164)
    place = geocoder.description_for_valid_number(number, "en") if number else ""
    return "" if number and place == geocoder.country_name_for_number(number, "en") else place


@lru_cache(maxsize=1024)
def carrier_of(e164: str) -> str:
    """The network that this mobile number was given to at first, or ""."""
    from phonenumbers import carrier

    number = _parse(e164)
    return carrier.name_for_valid_number(number, "en") if number else ""


def _parse(e164: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return None
