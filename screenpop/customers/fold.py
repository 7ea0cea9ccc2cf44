"""Folding: how texts are made alike so that case, accents and spacing do not matter when one searches."""

import re
import unicodedata

from screenpop.numbers import Numbers, fold_digits

_LETTERS: dict[int, str] = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ё": "е"}
)
_LETTERS |= str.maketrans({"ك": "ک", "ي": "ی", "ى": "ی", "ة": "ه", "ہ": "ه", "ھ": "ه", "\u0640": ""})
_LETTERS |= {zero + digit: str(digit) for zero in (0x660, 0x6F0, 0x966) for digit in range(10)}
_IN_TEXT = re.compile(r"(?<![\w+])\+?[\d(][\d\s()./-]{5,24}\d(?!\w)")
TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
"""What people write between the country's code and the number: +49 (0)30."""
MAX_IN_TEXT = 20


def fold(text: str) -> str:
    """`text` without case, accents and doubled spaces: `Łódź  Café` is `lodz cafe`.

    Letters that two keyboards write differently are one, and so are digits: `كتاب ۱۲` is `کتاب 12`.
    """
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(bare.translate(_LETTERS).split())


def search_words(text: str) -> list[str]:
    """The folded words that must all be found; a number counts as one word however it is spaced."""
    number = _as_number(text)
    if number:
        return [number]
    return [_as_number(word) or word for word in fold(text[:200]).split()][:8]


def number_words(key: str, national: str) -> set[str]:
    """The digits under which a number is found: with the country code, and as dialled inside the country."""
    return {word for word in (key.lstrip("+"), fold_digits(national)) if word}


def numbers_in(text: str, numbers: Numbers) -> set[str]:
    """The digits of what looks like phone numbers inside a note."""
    found = [numbers.parse(raw) for raw in _IN_TEXT.findall(text)[:MAX_IN_TEXT]]
    return {word for number in found for word in number_words(number.key, number.national) if len(word) >= 7}


def _as_number(text: str) -> str:
    digits = fold_digits(TRUNK_ZERO.sub("", text.strip()) if "+" in text else text.strip())
    return digits[2:] if digits.startswith("00") and len(digits) > 4 else digits
