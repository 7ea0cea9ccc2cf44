"""Phone numbers: what people and PBXs write, brought to one key by libphonenumber."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from screenpop.places import carrier_of, carriers, place_of, places

MAX_RAW: Final = 120
"""What is longer is no number; libphonenumber would refuse it at 250."""
SHORT_DIGITS: Final = 6
"""Up to this many digits without a country code are an internal number or a service."""
TAIL_DIGITS: Final = 7

_WITHHELD = frozenset(
    {"anonymous", "anonymous.invalid", "unknown", "restricted", "private", "unavailable", "withheld", "blocked"}
    | {"hidden", "nonumber", "notavailable", "outofarea", "callidblocked", "noname"}
)
_SCHEME = re.compile(r"^\s*(?:tel|sips?|callto)\s*:\s*", re.IGNORECASE)
_BRACKETED = re.compile(r"<\s*([^<>]*?)\s*>")
_NUMBER_LIKE = re.compile(r"[\d\s+()\[\]./\\~*#,;‐-―−-]+")
_KINDS: Final = {
    PhoneNumberType.FIXED_LINE: "landline",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PAGER: "pager",
}


@dataclass(frozen=True, eq=True)
class Number:
    """One number, in every form that is needed. All forms are "" where they are not known."""

    raw: str
    e164: str = ""
    """`+` and digits: what is dialled, and the key of everything."""
    digits: str = ""
    """The bare digits as written: the key of a number that has no E.164 form."""
    national: str = ""
    """As people of its country write it; the digits of a short number; else the raw text."""
    international: str = ""
    country: str = ""
    """ISO 3166 code."""
    kind: str = ""
    """landline, mobile, toll_free, premium, voip, pager, short or ""."""
    withheld: bool = False
    short: bool = False

    @property
    def key(self) -> str:
        """What the number is looked up by: the E.164 form, else the bare digits; "" is nothing to look up."""
        return self.e164 or self.digits

    @property
    def tail(self) -> str:
        """The last digits, the same however the number was dialled; "" where they are too few to mean anything."""
        digits = self.key.lstrip("+")
        return digits[-TAIL_DIGITS:] if len(digits) >= TAIL_DIGITS else ""

    @cached_property
    def region_name(self) -> str:
        """The town or area the number belongs to, in English."""
        return place_of(self.e164)

    @cached_property
    def carrier(self) -> str:
        """The network that the number was given to at first."""
        return carrier_of(self.e164)


class Numbers:
    """Reads numbers as they are meant in one country. Never raises, whatever it is given."""

    def __init__(self, country: str) -> None:
        self.country = country.upper()
        self.remembered = lru_cache(maxsize=4096)(self._parse)

    def parse(self, raw: str) -> Number:
        """The number written as `raw`; what is too long to be one is not remembered."""
        if len(raw) > MAX_RAW:
            return Number(raw=raw[:MAX_RAW], national=raw[:MAX_RAW])
        return self.remembered(raw)

    def _parse(self, raw: str) -> Number:
        text = _strip(raw)
        if _is_withheld(text):
            return Number(raw=raw, withheld=True)
        digits = _digits(text)
        if not 0 < len(digits) <= 32:
            return Number(raw=raw, national=raw.strip())
        if self._is_short(text, digits):
            return Number(raw=raw, digits=digits, national=digits, kind="short", short=True)
        parsed = self._read(text, digits)
        return _known(raw, parsed) if parsed else Number(raw=raw, digits=fold_digits(text), national=raw.strip())

    def _is_short(self, text: str, digits: str) -> bool:
        """Internal and service numbers; but some small countries have full numbers as short as these."""
        if len(digits) > SHORT_DIGITS or digits.startswith("0") or not fold_digits(text) or "+" in text:
            return False
        if phonenumbers.ndd_prefix_for_region(self.country, True):
            return True
        full = _attempt(text, self.country)
        return full is None or not phonenumbers.is_valid_number(full)

    def _read(self, text: str, digits: str) -> PhoneNumber | None:
        """The first reading that stands: valid as written, valid with a forgotten `+`, then merely possible."""
        as_written = _attempt(text, self.country)
        if as_written and phonenumbers.is_valid_number(as_written):
            return as_written
        for guess in _with_plus(text, digits):
            other = _attempt(guess, None)
            if other and phonenumbers.is_valid_number(other):
                return other
        return as_written if as_written and _is_possible(as_written, text) else None


def fold_digits(text: str) -> str:
    """The digits of `text` if it is written like a number or a part of one, else ""."""
    return _digits(text) if _NUMBER_LIKE.fullmatch(text) else ""


def says_withheld(text: str) -> bool:
    """Is this what a PBX or a provider writes in place of a caller's number or name?"""
    return _is_withheld(_strip(text))


def warm() -> None:
    """Load what is otherwise loaded by the first number of each country, and the places; call it in a thread."""
    phonenumbers.PhoneMetadata.load_all()
    places()
    carriers()


def _strip(raw: str) -> str:
    """The number itself, without scheme, brackets, host and parameters."""
    bracketed = _BRACKETED.search(raw)
    text = _SCHEME.sub("", bracketed[1] if bracketed else raw)
    return text.partition("@")[0].partition(";")[0].strip()


def _is_withheld(text: str) -> bool:
    return not text or "".join(text.casefold().split()).strip("<>\"'") in _WITHHELD


def _digits(text: str) -> str:
    """ASCII digits, also of numbers written in other scripts."""
    return phonenumbers.normalize_digits_only(text)


def _attempt(text: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None


def _with_plus(text: str, digits: str) -> tuple[str, ...]:
    if text.startswith("+"):
        return ()
    if digits.startswith("00"):
        return ("+" + digits[2:],)
    return ("+" + digits,) if len(digits) > 9 else ()


def _is_possible(number: PhoneNumber, text: str) -> bool:
    """A number of the right length, or any that was written with its country code: number plans grow."""
    again = _attempt(_e164(number), None)
    if again is None or _e164(again) != _e164(number) or not 7 <= len(_e164(number)) - 1 <= 15:
        return False
    with_country = text.startswith(("+", "00"))
    return with_country or phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _known(raw: str, number: PhoneNumber) -> Number:
    number.extension = None
    e164 = _e164(number)
    return Number(
        raw=raw,
        e164=e164,
        digits=e164[1:],
        national=phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
        international=phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        country=phonenumbers.region_code_for_number(number) or "",
        kind=_KINDS.get(phonenumbers.number_type(number), ""),
    )
