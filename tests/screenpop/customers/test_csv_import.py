"""CSV import: good rows are taken, bad ones told, whatever program wrote the file."""

import asyncio
import io

import pytest

from screenpop.customers import csv_import
from screenpop.customers.bulk import Ready
from screenpop.customers.csv_import import Report, import_csv
from screenpop.customers.index import NumberIndex
from screenpop.customers.model import Customer, NewCustomer
from screenpop.customers.service import Customers
from screenpop.errors import BadInput
from screenpop.facts import CustomerChanged
from screenpop.numbers import Numbers
from screenpop.store.engine import Store

NUMBERS = Numbers("DE")


async def take(customers: Customers, text: str | bytes, *, dry_run: bool = False, strict: bool = False) -> Report:
    data = text.encode() if isinstance(text, str) else text
    return await import_csv(data, customers, NUMBERS, dry_run, "u1", strict)


async def everybody(customers: Customers) -> list[Customer]:
    return [await customers.get(row.id) for row in (await customers.search("", 500)).rows]


async def test_a_whole_row_becomes_a_customer(customers: Customers, index: NumberIndex) -> None:
    report = await take(
        customers,
        "ID,First name,Last name,Company,Phone,Mobile phone 2,E-Mail,City,Country,Category,Note,Shoe size\n"
        '77,Anna,Müller,Müller GmbH,"030 1234567; 030 7654321",0171 5566778,A@Example.org,Berlin,Germany,vip,'
        '"Two\nlines",38\n',
    )

    assert (report.rows, report.created, report.failed, report.ignored_columns) == (1, 1, 0, ("Shoe size",))
    (anna,) = await everybody(customers)
    assert (anna.name, anna.company, anna.city, anna.country, anna.external_id, anna.note) == (
        "Anna Müller",
        "Müller GmbH",
        "Berlin",
        "DE",
        "77",
        "Two\nlines",
    )
    assert [(number.key, number.kind, number.primary) for number in anna.numbers] == [
        ("+49301234567", "landline", True),
        ("+49307654321", "landline", False),
        ("+491715566778", "mobile", False),
    ]
    assert anna.category is not None
    assert (anna.category.id, [mail.address for mail in anna.mails]) == ("vip", ["a@example.org"])
    assert index.find("+491715566778") == (anna.id,)
    (entry,) = await customers.history(anna.id)
    assert (entry.actor, entry.action) == ("u1", "import")


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_encoding_and_delimiter_are_found(
    customers: Customers, encoding: str, found: str, delimiter: str
) -> None:
    text = f'Name{delimiter}"City, or; town"{delimiter}City\r\nJürgen Groß{delimiter}x{delimiter}Köln\r\n'
    report = await take(customers, text.encode(encoding))

    assert (report.encoding, report.delimiter, report.created) == (found, delimiter, 1)
    assert [(each.name, each.city) for each in await everybody(customers)] == [("Jürgen Groß", "Köln")]


async def test_bad_rows_are_told_with_row_column_and_reason_and_good_ones_taken(customers: Customers) -> None:
    report = await take(
        customers,
        "Name,Phone,Mail,Country,Category,Time zone\n"
        "Good One,030 1234567,,,,\n"
        "Bad number,call me,,,,\n"
        "Shortened,4.93E+11,,,,\n"
        "Bad mail,,nobody,,,\n"
        "Bad country,,,Atlantis,,\n"
        "Bad category,,,,Best,\n"
        "Bad zone,,,,,Mars/Base\n"
        "\n"
        ",,,,VIP,\n"
        "Too,many,cells,in,this,row,here\n"
        "Too few\n"
        f"{'x' * 201},,,,,\n",
    )

    assert (report.rows, report.created, report.failed) == (11, 2, 9)
    assert [(error.row, error.column) for error in report.errors] == [
        (3, "Phone"),
        (4, "Phone"),
        (5, "Mail"),
        (6, "Country"),
        (7, "Category"),
        (8, "Time zone"),
        (10, ""),
        (11, ""),
        (13, "Name"),
    ]
    assert report.errors[0].message == "“call me” is not a phone number."
    assert [each.name for each in await everybody(customers)] == ["Good One", "Too few"]


async def test_a_row_with_several_faults_tells_all_of_them(customers: Customers) -> None:
    report = await take(customers, "Name,Phone,Mail\n,call me,\nAnna,x,nobody\n")
    assert (report.failed, [(error.row, error.column) for error in report.errors]) == (
        2,
        [(2, "Phone"), (2, ""), (3, "Phone"), (3, "Mail")],
    )


async def test_a_number_that_hardly_can_be_one_is_taken_and_told(customers: Customers) -> None:
    text = b"Name,Phone\nAnna,12\nBert,101\nCarl,030 1234567\nDora,1234567890123456789\n"
    report = await import_csv(text, customers, NUMBERS, True, "u1", seats={"101"})
    assert (report.created, report.failed, report.doubtful) == (4, 0, 2)
    assert [(doubt.row, doubt.column) for doubt in report.doubts] == [(2, "Phone"), (5, "Phone")]
    assert report.doubts[0].message == "“12” is neither an outside number nor an extension: is it complete?"


@pytest.mark.parametrize(
    "text", ["", "\n\n", "Colour,Size\nred,4\n", "030 1234567,Anna\n", "Name,Full name\nA,B\n", "\x00\x01\x02"]
)
async def test_a_file_that_cannot_be_customers_is_refused_as_a_whole(customers: Customers, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        await take(customers, text)
    assert caught.value.field == "header"


async def test_a_known_external_id_is_updated_and_empty_cells_leave_what_is_there(
    customers: Customers, told: list[CustomerChanged]
) -> None:
    await take(customers, "id,name,city,phone\n7,Anna,Berlin,030 1234567\n8,Bernd,Bonn,\n")
    told.clear()

    report = await take(customers, "id,name,city,phone\n7,Anna Müller,,0171 5566778\n8,Bernd,Bonn,\n")

    assert (report.created, report.updated, report.unchanged) == (0, 1, 1)
    anna, _ = await everybody(customers)
    assert (anna.name, anna.city, anna.version) == ("Anna Müller", "Berlin", 2)
    assert [number.key for number in anna.numbers] == ["+49301234567", "+491715566778"]
    assert told == [CustomerChanged(customer_id=anna.id, numbers=("+49301234567", "+491715566778"))]


async def test_a_known_number_of_the_same_name_is_updated(customers: Customers) -> None:
    await customers.create(NewCustomer(name="Anna Müller", numbers=(("030 1234567", ""),)), "u1")

    report = await take(customers, "name,phone,city\nANNA MULLER,+49 30 1234567,Berlin\n")

    assert report.updated == 1
    assert [(each.city, len(each.numbers)) for each in await everybody(customers)] == [("Berlin", 1)]


async def test_two_people_with_one_telephone_stay_two(customers: Customers) -> None:
    report = await take(customers, "name,phone\nAnna,030 1234567\nBernd,030 1234567\nAnna,030 1234567\n")

    assert (report.created, report.unchanged) == (2, 1)
    assert [each.name for each in await everybody(customers)] == ["Anna", "Bernd"]


async def test_a_number_of_several_without_a_name_is_a_bad_row(customers: Customers) -> None:
    await take(customers, "name,phone\nAnna,030 1234567\nBernd,030 1234567\n")

    report = await take(customers, "phone,city\n030 1234567,Berlin\n")

    assert [error.message for error in report.errors] == ["Several customers have this number: give the external id."]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1"])
async def test_what_begins_like_a_formula_stays_the_text_it_is(customers: Customers, text: str) -> None:
    await take(customers, f'name,note\nAnna,"{text}"\n')
    assert [each.note for each in await everybody(customers)] == [text.strip()]


async def test_a_dry_run_tells_the_same_and_writes_nothing(
    customers: Customers, told: list[CustomerChanged], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_import, "BATCH", 2)
    text = "id,name,phone\n1,A,030 1234567\n2,B,x\n1,A2,\n3,C,\n"

    tried = await take(customers, text, dry_run=True)
    assert (await everybody(customers), told) == ([], [])
    done = await take(customers, text)

    assert (tried.created, tried.updated, tried.failed) == (done.created, done.updated, done.failed) == (2, 1, 1)
    assert [(error.row, error.message) for error in tried.errors] == [(3, "“x” is not a phone number.")]
    assert [(error.row, error.message) for error in done.errors] == [(3, "“x” is not a phone number.")]


async def test_a_dry_run_knows_those_who_are_there_and_what_the_file_said_of_them_before(
    customers: Customers, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_import, "BATCH", 1)
    await take(customers, "id,name,phone,mail,category\n1,A,030 1234567,a@b.example,VIP\n")
    (known,) = await everybody(customers)
    await customers.set_photo(known.id, picture, "u1")
    text = "id,name,phone,city\n1,A,,Bonn\n1,A,,Bonn\n,A,030 1234567,Bonn\n,A,030 1234567,Köln\n2,B,030 1234567,\n"

    tried = await take(customers, text, dry_run=True)
    done = await take(customers, text)

    outcome = (tried.created, tried.updated, tried.unchanged, tried.failed)
    assert outcome == (done.created, done.updated, done.unchanged, done.failed) == (1, 2, 2, 0)


async def test_nobody_waits_to_write_while_a_file_is_looked_at(customers: Customers, store: Store) -> None:
    async with customers.bulk("u1", dry_run=True) as put, asyncio.timeout(60):
        await put([Ready({"name": "A"})])
        async with store.begin():
            await put([Ready({"name": "B"})])
    assert await everybody(customers) == []


async def test_strict_writes_nothing_where_a_row_is_bad(customers: Customers) -> None:
    report = await take(customers, "name,phone\nA,030 1234567\nB,x\n", strict=True)
    assert (report.dry_run, report.failed, await everybody(customers)) == (True, 1, [])

    report = await take(customers, "name,phone\nA,030 1234567\n", strict=True)
    assert (report.dry_run, report.created) == (False, 1)


async def test_a_quote_that_never_closes_spoils_its_row_only_as_far_as_it_reaches(customers: Customers) -> None:
    report = await take(customers, 'name,note\nA,good\nB,"never closed\n' + "C,x\n" * 40_000)
    assert (report.errors[0].row, report.errors[0].message) == (
        3,
        "The row cannot be read: field larger than field limit (131072).",
    )
    assert (await customers.search("good")).total == 0
    assert {"A", "C"} <= {each.name for each in await everybody(customers)}


@pytest.mark.parametrize(
    ("broken", "reason"),
    [('"B,030 1', "a quote is opened and never closed"), ('"B"x,030 1\nC,030 1', "',' expected after '\"'")],
)
async def test_a_row_with_a_stray_quote_is_told_and_nobody_is_made_of_it(
    customers: Customers, broken: str, reason: str
) -> None:
    report = await take(customers, f"name,phone\nA,030 1234567\n{broken}\n")
    assert [(error.row, error.message) for error in report.errors] == [(3, f"The row cannot be read: {reason}.")]
    assert {each.name for each in await everybody(customers)} - {"C"} == {"A"}


async def test_the_errors_of_a_hopeless_file_are_counted_but_not_all_kept(
    customers: Customers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_import, "MAX_ERRORS", 3)
    report = await take(customers, "name,phone\n" + "A,x\n" * 10)
    assert (report.failed, len(report.errors)) == (10, 3)


async def test_a_file_is_read_from_where_it_is_and_left_open(customers: Customers) -> None:
    file = io.BytesIO(b"name\nAnna\n")
    await import_csv(file, customers, NUMBERS, False, "u1")
    assert not file.closed


@pytest.mark.parametrize("country", ["ZZ", "XA", "EU", "Unknown Region"])
async def test_code_that_stands_for_no_country_is_refused_with_row_and_column(
    customers: Customers, country: str
) -> None:
    report = await take(customers, f"Name,Land\nAnna,{country}\n")
    assert [(error.row, error.column, report.created) for error in report.errors] == [(2, "Land", 0)]
    assert "There is no country" in report.errors[0].message
