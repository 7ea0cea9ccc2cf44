"""The page of reports by mail, with a real report in a real mail."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape

import msgspec
import pytest

from ari_app.compose import make_services
from screenpop.core import Core
from tests.fakes.smtp import Sink, smtp_sink
from tests.web.conftest import Client, Link, SignIn
from tests.web.reports.test_export import pdf_text
from web.keys import Services

FORM = {
    "name": "Last week <b>",
    "view": "agents",
    "period": "30d",
    "filters": "",
    "format": "pdf",
    "recipients": "boss@example.com",
    "every": "week",
    "at": "07:30",
    "weekday": "0",
    "day": "1",
    "active": "1",
}


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with smtp_sink() as sink:
        yield sink


@pytest.fixture
async def services(core: Core, services: Services, sink: Sink) -> Services:
    """The house, with a mail server."""
    mailing = replace(core, config=msgspec.structs.replace(core.config, mail=sink.config))
    return replace(services, config=mailing.config, deliveries=make_services(mailing, Link(), services.pops).deliveries)


async def text_of(client: Client, address: str = "/reports/schedules") -> str:
    return await (await client.get(address)).text()


def ids(text: str) -> list[str]:
    return re.findall(r'data-schedule="([^"]+)"', text)


async def test_report_is_scheduled_sent_now_changed_and_taken_away(
    month: Services, sign_in: SignIn, sink: Sink
) -> None:
    client = await sign_in("sue")
    assert "No reports by mail yet" in await text_of(client)
    text = await (await client.post("/reports/schedules", data=FORM)).text()
    (id_,) = ids(text)
    assert "Last week &lt;b&gt;" in text
    assert "Monday 07:30" in text
    sent = await client.post(f"/reports/schedules/{id_}/send")
    assert sent.status == 200
    (mail,) = sink.mails
    assert mail["Subject"].startswith("Blue Boat: Agents, ")
    (attached,) = mail.iter_attachments()
    found = pdf_text(attached.get_content())
    assert "Name of 101" in found
    body = mail.get_body()
    assert body is not None
    assert "Name of sue" in body.get_content()
    await client.post(f"/reports/schedules/{id_}", data=FORM | {"name": "Month", "active": ""})
    text = await text_of(client)
    assert "stopped" in text
    undo = unescape(re.findall(r'data-undo-body="([^"]+)"', text)[0])
    assert ids(await (await client.post(f"/reports/schedules/{id_}/remove")).text()) == []
    again = await client.post(
        "/reports/schedules", data=undo, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert (len(ids(await again.text())), "Month" in await text_of(client)) == (1, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("view", "../etc"),
        ("filters", "hour=99"),
        ("period", "ever"),
        ("format", "exe"),
        ("recipients", "nobody"),
        ("recipients", "a@example.com\r\nBcc: b"),
        ("every", "year"),
        ("at", "noon"),
        ("weekday", "9"),
        ("day", "0"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field(sign_in: SignIn, field: str, value: str) -> None:
    client = await sign_in("sue")
    answer = await client.post("/reports/schedules", data=FORM | {field: value})
    text = await answer.text()
    assert answer.status == 422
    assert ids(text) == []
    assert 'aria-invalid="true"' in text or 'role="alert"' in text or 'class="error"' in text


async def test_mail_that_is_not_taken_is_said_on_the_page(month: Services, sign_in: SignIn, sink: Sink) -> None:
    sink.answer = "554 Smells of spam"
    client = await sign_in("sue")
    (id_,) = ids(await (await client.post("/reports/schedules", data=FORM)).text())
    answer = await client.post(f"/reports/schedules/{id_}/send")
    assert answer.status == 502
    assert "554 Smells of spam" in await answer.text()
    assert "554 Smells of spam" in await text_of(client)


async def test_another_supervisor_neither_sees_nor_sends_it(month: Services, sign_in: SignIn, sink: Sink) -> None:
    await month.users.add("bob", "Bob", "supervisor", "correct horse")
    client, other = await sign_in("sue"), await sign_in("bob")
    (id_,) = ids(await (await client.post("/reports/schedules", data=FORM)).text())
    assert ids(await text_of(other)) == []
    for act in ("", "/send", "/remove"):
        answer = await other.post(f"/reports/schedules/{id_}{act}", data=FORM)
        assert (answer.status, sink.mails) == (404, [])
    assert ids(await text_of(await sign_in("admin"))) == [id_]
