"""Numbers, mails and the photo of a customer."""

import io

import aiohttp
import pytest
from PIL import Image

from screenpop.customers.model import NewCustomer
from screenpop.customers.photos import MAX_BYTES
from tests.web.conftest import Client, SignIn
from web.keys import Services


@pytest.fixture
async def agent(sign_in: SignIn) -> Client:
    return await sign_in("101")


@pytest.fixture
async def maria(services: Services) -> str:
    new = NewCustomer(name="Maria", numbers=(("030 1234567", ""), ("+982188001122", "")))
    return (await services.customers.create(new, "system")).id


@pytest.fixture
def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), "teal").save(out, "PNG")
    return out.getvalue()


def upload(data: bytes, name: str = "face.png") -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("photo", io.BytesIO(data), filename=name, content_type="image/png")
    return form


@pytest.mark.feature("CALL-29")
async def test_page_shows_every_number_with_its_country(agent: Client, maria: str) -> None:
    text = await (await agent.get(f"/customers/{maria}")).text()
    assert ("+49 30 1234567" in text, "+98 21 8800 1122" in text) == (True, True)
    assert ("Germany" in text, "Iran" in text) == (True, True)


@pytest.mark.feature("CALL-28")
async def test_number_is_added_in_any_form(agent: Client, maria: str, services: Services) -> None:
    await agent.post(f"/customers/{maria}/numbers", data={"number": "0171 / 234 56 78", "kind": "work"})
    added = (await services.customers.get(maria)).numbers[-1]
    assert (added.e164, added.kind) == ("+491712345678", "work")


@pytest.mark.parametrize("raw", ["hello", "", "<script>alert(1)</script>", "anonymous"])
async def test_wrong_number_is_told_beside_its_field(agent: Client, maria: str, services: Services, raw: str) -> None:
    answer = await agent.post(f"/customers/{maria}/numbers", data={"number": raw})
    text = await answer.text()
    assert answer.status == 422
    assert text.index('name="number"') < text.index("This is not a phone number.")
    assert "<script>alert" not in text
    assert len((await services.customers.get(maria)).numbers) == 2


async def test_removed_number_comes_back_as_it_was(agent: Client, maria: str, services: Services) -> None:
    main = (await services.customers.get(maria)).numbers[0]
    await agent.post(f"/customers/{maria}/numbers/{main.id}/remove")
    assert [each.e164 for each in (await services.customers.get(maria)).numbers] == ["+982188001122"]
    undo = {"number": main.raw, "kind": main.kind, "primary": "1"}
    await agent.post(f"/customers/{maria}/numbers", data=undo)
    numbers = (await services.customers.get(maria)).numbers
    assert [(each.e164, each.primary) for each in numbers] == [("+49301234567", True), ("+982188001122", False)]


async def test_main_number_is_chosen(agent: Client, maria: str, services: Services) -> None:
    other = (await services.customers.get(maria)).numbers[1]
    await agent.post(f"/customers/{maria}/numbers/{other.id}/primary")
    assert (await services.customers.get(maria)).numbers[0].id == other.id


async def test_page_names_who_else_has_a_number(agent: Client, maria: str, services: Services) -> None:
    twin = await services.customers.create(NewCustomer(name="Twin", numbers=(("030 1234567", ""),)), "system")
    assert f'<a class="cut" href="/customers/{twin.id}"' in await (await agent.get(f"/customers/{maria}")).text()


async def test_mails_are_added_removed_and_refused(agent: Client, maria: str, services: Services) -> None:
    await agent.post(f"/customers/{maria}/mails", data={"mail": "Maria@Example.org"})
    (mail,) = (await services.customers.get(maria)).mails
    assert mail.address == "maria@example.org"
    answer = await agent.post(f"/customers/{maria}/mails", data={"mail": "a@b\r\nBcc: c@d"})
    assert (answer.status, "This is not a mail address." in await answer.text()) == (422, True)
    await agent.post(f"/customers/{maria}/mails/{mail.id}/remove")
    assert (await services.customers.get(maria)).mails == ()


@pytest.mark.feature("CALL-22", "CALL-24")
async def test_photo_is_served_byte_for_byte(agent: Client, maria: str, services: Services, picture: bytes) -> None:
    await agent.post(f"/customers/{maria}/photo", data=upload(picture))
    hash_ = (await services.customers.get(maria)).photo
    answer = await agent.get(f"/photos/{hash_}")
    assert await answer.read() == picture
    assert (answer.content_type, answer.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    small = await agent.get(f"/photos/{hash_}/thumb")
    assert small.content_type == "image/webp"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"not a picture", "This is not a photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "This is not a photo"),
        (b"", "Choose a photo first."),
        (b"x" * (MAX_BYTES + 1), "The photo is larger than 10 MB."),
        (b"x" * (MAX_BYTES + 3 * 1024 * 1024), "The photo is larger than 10 MB."),
    ],
    ids=["text", "svg", "nothing", "large", "huge"],
)
@pytest.mark.feature("CALL-22")
async def test_what_is_no_photo_is_refused_in_words(
    agent: Client, maria: str, services: Services, data: bytes, words: str
) -> None:
    answer = await agent.post(f"/customers/{maria}/photo", data=upload(data))
    assert (answer.status, words in await answer.text()) == (422, True)
    assert (await services.customers.get(maria)).photo == ""


@pytest.mark.feature("CALL-23")
async def test_removed_photo_leaves_the_placeholder(
    agent: Client, maria: str, services: Services, picture: bytes
) -> None:
    await agent.post(f"/customers/{maria}/photo", data=upload(picture))
    hash_ = (await services.customers.get(maria)).photo
    assert f'src="/photos/{hash_}"' in await (await agent.get(f"/customers/{maria}")).text()
    await agent.post(f"/customers/{maria}/photo/remove")
    assert 'class="photo photo-none"' in await (await agent.get(f"/customers/{maria}")).text()
    assert (await agent.get(f"/photos/{hash_}")).status == 404


async def test_photo_is_not_for_those_outside(
    anonymous: Client, agent: Client, maria: str, services: Services, picture: bytes
) -> None:
    await agent.post(f"/customers/{maria}/photo", data=upload(picture))
    hash_ = (await services.customers.get(maria)).photo
    answer = await anonymous.get(f"/photos/{hash_}")
    assert await answer.read() != picture


@pytest.mark.parametrize(("what", "value"), [("number", "+49 30 1234567"), ("mail", "Maria@Example.org")])
async def test_what_the_customer_has_already_is_not_said_to_be_added(
    agent: Client, maria: str, services: Services, what: str, value: str
) -> None:
    await services.customers.add_mail(maria, "maria@example.org", "system")
    answer = await agent.post(f"/customers/{maria}/{what}s", data={what: value})
    text = await answer.text()
    assert answer.status == 422
    assert text.index(f'id="f-{what}-d"') < text.index("This customer has it already.")
