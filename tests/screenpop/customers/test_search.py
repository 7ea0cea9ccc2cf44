"""The customer list and its search."""

import pytest

from screenpop.customers.fold import fold, search_words
from screenpop.customers.model import NewCustomer
from screenpop.customers.service import Customers

PEOPLE = (
    NewCustomer(name="Łukasz Wójcik", company="Żuraw", numbers=(("+48 22 123 45 67", ""),)),
    NewCustomer(name="Anna Müller", company="Straßenbau GmbH", numbers=(("030 1234567", ""), ("0171 5566778", ""))),
    NewCustomer(name="Annegret Schmidt", mails=("a.schmidt@example.org",), numbers=(("101", ""),)),
    NewCustomer(company="Hanna & Co"),
    NewCustomer(name="Тарас Шевченко", numbers=(("+380 44 123 45 67", ""),)),
)


@pytest.fixture
async def people(customers: Customers) -> Customers:
    for new in PEOPLE:
        await customers.create(new, "u1")
    return customers


async def names(customers: Customers, text: str) -> list[str]:
    return [row.name or row.company for row in (await customers.search(text)).rows]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("anna", ["Anna Müller", "Hanna & Co"]),
        ("ANN", ["Anna Müller", "Annegret Schmidt", "Hanna & Co"]),
        ("an", ["Anna Müller", "Annegret Schmidt"]),
        ("muller", ["Anna Müller"]),
        ("strassenbau", ["Anna Müller"]),
        ("lukasz zur", ["Łukasz Wójcik"]),
        ("müller anna", ["Anna Müller"]),
        ("ТАРАС", ["Тарас Шевченко"]),
        ("schmidt@example", ["Annegret Schmidt"]),
        ("556677", ["Anna Müller"]),
        ("030 / 123", ["Anna Müller"]),
        ("+49 (0)30 12", ["Anna Müller"]),
        ("0049 30 12", ["Anna Müller"]),
        ("1234567", ["Anna Müller", "Łukasz Wójcik", "Тарас Шевченко"]),
        ("101", ["Annegret Schmidt"]),
        ("anna 1234", ["Anna Müller"]),
        ("nobody", []),
        ('"', []),
        ("an%", []),
        ("' OR 1=1 --", []),
        ('NEAR("anna" "m")', []),
        ("muller\x00\ud800", ["Anna Müller"]),
    ],
)
@pytest.mark.feature("CALL-04")
async def test_search_finds_by_name_company_mail_and_any_part_of_a_number(
    people: Customers, text: str, found: list[str]
) -> None:
    assert await names(people, text) == found


async def test_everybody_is_paged_by_name(people: Customers) -> None:
    first, second = await people.search("", 3, 0), await people.search("", 3, 3)

    assert (first.total, first.more, len(first.rows), len(second.rows)) == (5, False, 3, 2)
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}


async def test_search_follows_what_changes(people: Customers) -> None:
    (row,) = (await people.search("annegret")).rows
    await people.update(row.id, {"name": "Beate Schmidt"}, None, "u1")
    await people.set_note(row.id, "Husband: 0160 1112223", "u1")

    assert await names(people, "annegret") == []
    assert await names(people, "beate") == await names(people, "1601112223") == ["Beate Schmidt"]


async def test_a_row_shows_the_primary_number_and_how_many_there_are(people: Customers) -> None:
    (row,) = (await people.search("muller")).rows
    assert (row.number, row.numbers) == ("030 1234567", 2)


def test_fold_takes_case_accents_and_spaces_away() -> None:
    assert fold("  ŁÓDŹ\t Café ÆØ  İstanbul ") == "lodz cafe aeo istanbul"


@pytest.mark.parametrize(
    ("one", "other"), [("كتاب علي", "کتاب علی"), ("شماره ۱۰۴۲", "شماره 1042"), ("٠٤٢", "042"), ("خــانه", "خانه")]
)
def test_fold_takes_what_two_keyboards_write_as_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_search_words_take_a_number_as_one_word() -> None:
    assert search_words("+49 (0)30 / 12") == ["493012"]
    assert search_words("Anna 030/12") == ["anna", "03012"]
