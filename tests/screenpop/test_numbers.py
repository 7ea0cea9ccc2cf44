"""Phone numbers: one key for every way of writing, and never an exception."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from screenpop.numbers import MAX_RAW, Numbers, fold_digits, warm

BERLIN = "+49301234567"


@pytest.mark.feature("CALL+04")
@pytest.mark.parametrize(
    "raw",
    [
        "030 1234567",
        "030/1234567",
        "030 / 123 45 67",
        "(030) 1234567",
        "030-123.45.67",
        "+49 30 1234567",
        "+49 (0)30 1234567",
        "+49 (0) 30 / 1234567",
        "0049 30 1234567",
        "0049301234567",
        "49301234567",
        "tel:+49-30-1234567",
        "tel:+49301234567;phone-context=+49",
        "sip:+49301234567@10.0.0.1;user=phone",
        "sips:0301234567@pbx.example:5061",
        '"Anna" <sip:030 1234567@pbx>',
        "<+49301234567>",
        "  030 1234567\r\n",
        "030 1234567 ext. 12",
        "٠٣٠١٢٣٤٥٦٧",
        "030‐1234567",
    ],
)
def test_every_way_of_writing_gives_one_key(raw: str) -> None:
    number = Numbers("DE").parse(raw)

    assert (number.key, number.e164, number.national) == (BERLIN, BERLIN, "030 1234567")
    assert (number.country, number.kind, number.withheld, number.short) == ("DE", "landline", False, False)


@pytest.mark.feature("CALL+04")
@pytest.mark.parametrize(
    ("country", "raw", "e164"),
    [
        ("US", "011 49 30 1234567", BERLIN),
        ("US", "0049301234567", BERLIN),
        ("US", "(212) 555-2368", "+12125552368"),
        ("GB", "020 7946 0958", "+442079460958"),
        ("IT", "06 1234567", "+39061234567"),
        ("DE", "+39 (0)6 1234567", "+39061234567"),
        ("RU", "8 (495) 123-45-67", "+74951234567"),
        ("UA", "044 123 45 67", "+380441234567"),
        ("GE", "0322 12 34 56", "+995322123456"),
        ("IN", "98765 43210", "+919876543210"),
        ("FO", "20 12 34", "+298201234"),
        ("DE", "380441234567", "+380441234567"),
    ],
)
def test_national_and_foreign_forms_follow_the_sites_country(country: str, raw: str, e164: str) -> None:
    assert Numbers(country).parse(raw).e164 == e164


@pytest.mark.parametrize("raw", ["101", "1234", "12345", " 101 ", "sip:101@10.0.0.1", "110"])
def test_internal_and_service_numbers_are_short_and_keep_their_digits(raw: str) -> None:
    number = Numbers("DE").parse(raw)

    assert (number.short, number.e164, number.kind) == (True, "", "short")
    assert number.key == number.national == fold_digits(raw.strip()) or number.key == "101"


@pytest.mark.parametrize(
    "raw", ["", "  ", "anonymous", "Anonymous", "<unknown>", "Unknown", "RESTRICTED", "sip:anonymous@anonymous.invalid"]
)
def test_withheld_numbers_say_so(raw: str) -> None:
    number = Numbers("DE").parse(raw)
    assert (number.withheld, number.key) == (True, "")


@pytest.mark.parametrize(
    "raw", ["alice", "hello 12", "x" * 500, "1" * 500, "\x00", "\ud800", "+", "++++", "a\r\nb", "-"]
)
def test_what_is_no_number_has_no_key_and_is_not_withheld(raw: str) -> None:
    number = Numbers("DE").parse(raw)
    assert (number.key, number.withheld, number.short) == ("", False, False)
    assert len(number.raw) <= MAX_RAW


def test_a_number_with_its_country_code_is_taken_though_its_plan_does_not_know_it() -> None:
    assert Numbers("DE").parse("+49 30 1").key == "49301"
    assert Numbers("DE").parse("+380 44 123 45 678").e164 == "+3804412345678"


def test_a_site_in_no_known_country_still_reads_international_numbers() -> None:
    assert Numbers("XX").parse("+49 30 1234567").e164 == BERLIN
    assert Numbers("XX").parse("030 1234567").key == "0301234567"


def test_place_and_carrier_are_told_where_libphonenumber_knows_them() -> None:
    warm()
    landline, mobile = (Numbers("DE").parse(raw) for raw in ("030 1234567", "0171 5566778"))

    assert (landline.region_name, landline.carrier) == ("Berlin", "")
    assert (mobile.region_name, mobile.carrier) == ("", "T-Mobile")
    assert Numbers("DE").parse("101").region_name == ""


@given(st.text(max_size=200), st.sampled_from(["DE", "US", "IT", "XX", ""]))
def test_no_text_makes_it_raise(raw: str, country: str) -> None:
    number = Numbers(country).parse(raw)

    assert number.withheld or number.raw == raw[:MAX_RAW] or number.raw == raw
    assert not (number.key and number.withheld)
    assert number.tail == "" or number.key.endswith(number.tail)


@given(st.text("0123456789+-/() .;@:telsip<>", max_size=60))
@example("000000")
def test_no_number_like_text_makes_it_raise_and_a_key_is_its_own_key(raw: str) -> None:
    number = Numbers("DE").parse(raw)
    if number.e164:
        assert Numbers("DE").parse(number.e164).e164 == number.e164


@given(
    st.sampled_from(["DE", "GB", "US", "UA", "GE", "IN", "FR", "RU", "AE", "JP"]),
    st.sampled_from([" ", "-", "/", "."]),
    st.data(),
)
def test_every_format_of_a_valid_number_leads_back_to_it(country: str, gap: str, data: st.DataObject) -> None:
    example = phonenumbers.example_number(country)
    assert example is not None
    form = data.draw(st.sampled_from([0, 1, 2, 3]))
    written = phonenumbers.format_number(example, form).replace(" ", gap)

    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert Numbers(country).parse(written).e164 == e164


def test_text_that_is_too_long_is_not_remembered() -> None:
    numbers = Numbers("DE")
    numbers.parse("1" * 100_000)
    numbers.parse("030 1234567")
    assert numbers.remembered.cache_info().currsize == 1
