"""Categories, lines, the PBX page and imports."""

import dataclasses
import html
from dataclasses import dataclass
from typing import Literal

import aiohttp
import pytest

from screenpop.config import Ami, Config
from screenpop.customers.model import NewCustomer
from screenpop.facts import PbxLinkChanged
from screenpop.said import Said, said
from tests.web.conftest import Client, Link, SignIn
from web.keys import Services

NOTHING = Said()


@pytest.fixture
async def admin(sign_in: SignIn) -> Client:
    return await sign_in("admin")


@dataclass
class Found:
    level: Literal["OK", "WARN", "FAIL"]
    what: Said
    text: Said
    remedy: Said = NOTHING


class Check:
    async def look(self) -> list[Found]:
        text = said("not %(right)s: %(harm)s", right="<call>", harm=said("no call is seen"))
        remedy = said("add %(right)s to the read line in manager.conf", right="call")
        return [Found("OK", said("Clock"), said("set both by NTP")), Found("FAIL", said("AMI may read"), text, remedy)]


@pytest.fixture
async def services(services: Services) -> Services:
    """The house of a site where the attachment can be looked at, and where AMI has a password."""
    config = Config(site=services.config.site, ami=Ami(secret="hush-hush"))
    return dataclasses.replace(services, check=Check(), config=config)


@pytest.mark.feature("CALL-09")
async def test_category_is_made_changed_and_moved(admin: Client, services: Services) -> None:
    await admin.post("/admin/categories", data={"name": "Press", "colour": "teal", "flag": "important"})
    made = (await services.categories.all())[-1]
    assert (made.name, made.flag) == ("Press", "important")
    await admin.post(f"/admin/categories/{made.id}/move", data={"by": "-1"})
    assert [each.name for each in await services.categories.all()] == ["Ordinary", "VIP", "Press", "Problem"]
    await admin.post("/admin/categories", data={"id": made.id, "name": "Media", "colour": "red", "flag": "problem"})
    text = await (await admin.get("/admin/categories")).text()
    assert "Media" in text
    assert 'chip chip-problem" data-colour="red"' in text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "VIP", "colour": "teal", "flag": "ordinary"}, "There is a category of this name already."),
        ({"name": "", "colour": "teal", "flag": "ordinary"}, "A category needs a name."),
        ({"name": "X", "colour": "beige", "flag": "ordinary"}, "Choose a colour."),
        ({"name": "X", "colour": "teal", "flag": "odd"}, "A category is ordinary, important or a problem."),
    ],
)
async def test_wrong_category_is_refused_in_words(
    admin: Client, services: Services, form: dict[str, str], words: str
) -> None:
    answer = await admin.post("/admin/categories", data=form)
    assert (answer.status in (409, 422), words in await answer.text()) == (True, True)
    assert len(await services.categories.all()) == 3


async def test_category_in_use_asks_for_the_one_that_takes_its_place(admin: Client, services: Services) -> None:
    maria = await services.customers.create(NewCustomer(name="Maria", category="vip"), "system")
    answer = await admin.post("/admin/categories/vip/remove")
    assert (answer.status, "1 customer has this category" in await answer.text()) == (409, True)
    assert len(await services.categories.all()) == 3
    await admin.post("/admin/categories/vip/remove", data={"replacement": "problem"})
    category = (await services.customers.get(maria.id)).category
    assert category
    assert category.name == "Problem"
    assert [each.id for each in await services.categories.all()] == ["ordinary", "problem"]


@pytest.mark.feature("CALL-06", "CALL+03")
async def test_line_names_the_company_of_a_called_number(admin: Client, services: Services) -> None:
    await admin.post("/admin/lines", data={"number": "030 5550", "company": "Blue Boat", "name": "Sales"})
    line = services.lines.find("+49305550")
    assert line
    assert (line.company, line.name) == ("Blue Boat", "Sales")
    await admin.post("/admin/lines", data={"id": line.id, "number": "030 5551", "company": "Red Boat"})
    assert services.lines.find("+49305550") is None
    moved = services.lines.find("+49305551")
    assert moved
    assert moved.company == "Red Boat"
    await admin.post(f"/admin/lines/{moved.id}/remove")
    assert services.lines.all() == []


async def test_line_without_a_number_is_refused(admin: Client, services: Services) -> None:
    answer = await admin.post("/admin/lines", data={"number": "<b>", "company": "Blue Boat"})
    text = await answer.text()
    assert (answer.status, "This is not a phone number." in text, 'value="&lt;b&gt;"' in text) == (422, True, True)


async def test_pbx_page_says_in_words_why_nothing_is_seen(admin: Client, services: Services) -> None:
    assert isinstance(services.pbx, Link)
    services.pbx.state = PbxLinkChanged(up=False, state="refused", reason="Wrong <secret>.")
    text = await (await admin.get("/admin/pbx")).text()
    assert "Sign-in refused" in text
    assert "Wrong &lt;secret&gt;." in text
    assert "Compare [ami] in ringdesk.toml with manager.conf." in text
    assert 'data-load="/admin/pbx/check"' in text


async def test_pbx_page_shows_what_is_missing_first_with_the_remedy(sign_in: SignIn) -> None:
    text = await (await (await sign_in("sue")).get("/admin/pbx/check")).text()
    missing = text.index("not <bdi>&lt;call&gt;</bdi>: <bdi>no call is seen</bdi>")
    assert missing < text.index("add <bdi>call</bdi> to the read line") < text.index("set both by NTP")
    assert "1 good, 0 to look at, 1 missing" in text


@pytest.mark.feature("GEN-01")
async def test_pbx_page_tells_what_is_missing_in_the_readers_language(sign_in: SignIn) -> None:
    client = await sign_in("sue")
    await client.post("/settings/look", data={"locale": "de"})
    text = await (await client.get("/admin/pbx/check")).text()
    assert "nicht <bdi>&lt;call&gt;</bdi>: <bdi>kein Anruf wird gesehen</bdi>" in text


def csv(text: str) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("file", text.encode(), filename="customers.csv", content_type="text/csv")
    return form


async def test_import_shows_first_and_writes_only_when_told(sign_in: SignIn, services: Services) -> None:
    sue = await sign_in("sue")
    text = await (await sue.post("/admin/import", data=csv("name,phone\nMaria,030 1234567\nTom,hello\n"))).text()
    assert ("What customers.csv would do" in text, "is not a phone number." in text) == (True, True)
    assert (await services.customers.search("")).total == 0
    token = text.split('name="token" value="')[1].split('"')[0]
    await sue.post("/admin/import/write", data={"token": token})
    assert [row.name for row in (await services.customers.search("")).rows] == ["Maria"]
    again = await sue.post("/admin/import/write", data={"token": token})
    assert (again.status, (await services.customers.search("")).total) == (404, 1)


@pytest.mark.parametrize("cell", ["<script>alert(1)</script>", "100% <b>sure</b> %(x)s"])
async def test_hostile_cell_is_told_as_text(sign_in: SignIn, cell: str) -> None:
    answer = await (await sign_in("sue")).post("/admin/import", data=csv(f"name,phone\nMaria,{cell}\n"))
    text = await answer.text()
    assert (answer.status, html.escape(cell) in text, cell in text) == (200, True, False)


async def test_import_of_one_is_not_written_by_another(sign_in: SignIn, services: Services, admin: Client) -> None:
    text = await (await (await sign_in("sue")).post("/admin/import", data=csv("name\nMaria\n"))).text()
    token = text.split('name="token" value="')[1].split('"')[0]
    assert (await admin.post("/admin/import/write", data={"token": token})).status == 404
    assert (await services.customers.search("")).total == 0


@pytest.mark.parametrize(("text", "words"), [("", "Choose a file first."), ("a,b\n1,2\n", "The first row must name")])
async def test_file_that_is_no_list_is_refused_in_words(admin: Client, text: str, words: str) -> None:
    answer = await admin.post("/admin/import", data=csv(text))
    assert (answer.status, words in await answer.text()) == (422, True)


async def test_site_page_shows_no_secret(admin: Client) -> None:
    text = await (await admin.get("/admin/site")).text()
    assert ("ringdesk @ 127.0.0.1" in text, "hush-hush" in text) == (True, False)
