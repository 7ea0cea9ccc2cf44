"""The layout editor."""

import pytest

from screenpop.cards.layouts import company_scope
from tests.web.conftest import SignIn
from web.keys import Services


@pytest.mark.feature("CALL-05", "CALL-22")
async def test_layout_is_saved_for_a_company_and_shown_in_its_order(sign_in: SignIn, services: Services) -> None:
    await services.lines.put("+49301234567", "Sales", "Nordwind GmbH", "system")
    client, scope = await sign_in("admin"), company_scope("Nordwind GmbH")
    form = [("scope", scope), ("field", "direction"), ("field", "note"), ("field", "name")]
    answer = await client.post("/admin/layout", data=form, allow_redirects=False)
    assert (answer.status, services.layouts.all()[scope].fields) == (303, ("direction", "note", "name"))
    assert services.layouts.all()[scope].with_photo is False
    page = await (await client.get(answer.headers["Location"])).text()
    assert page.index('data-field="note"') < page.index('data-field="name"') < page.index('data-field="orders"')


@pytest.mark.feature("CALL-05", "CALL-23")
async def test_preview_draws_the_card_with_the_fields_of_the_form(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    form = [("scope", ""), ("field", "name"), ("field", "number"), ("with_photo", "1")]
    text = await (await client.post("/admin/layout/preview", data=form)).text()
    assert "Nino Beridze" in text
    assert "No photo" in text
    assert "card-orders" not in text
    text = await (await client.post("/admin/layout/preview", data=[*form[:2], ("field", "orders")])).text()
    assert text.index("card-name") < text.index("card-orders")
    assert "No photo" not in text


async def test_preview_is_in_the_language_of_the_admin(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    await client.post("/settings/look", data={"locale": "de"})
    form = [("scope", ""), ("field", "orders"), ("field", "sections")]
    text = await (await client.post("/admin/layout/preview", data=form)).text()
    assert "Unterwegs" in text
    assert "Offene Tickets" in text
    assert "In transit" not in text


async def test_layout_goes_back_to_the_default(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("admin")
    await client.post("/admin/layout", data=[("scope", ""), ("field", "name")])
    assert services.layouts.get("").fields == ("name",)
    await client.post("/admin/layout/reset", data={"scope": ""})
    assert len(services.layouts.get("").fields) > 10


@pytest.mark.parametrize(
    "form", [{"scope": "", "field": "password"}, {"scope": "company:nobody", "field": "name"}, {"scope": ""}]
)
async def test_layout_with_an_unknown_field_or_scope_or_no_field_is_refused(
    sign_in: SignIn, form: dict[str, str]
) -> None:
    client = await sign_in("admin")
    assert (await client.post("/admin/layout", data=form)).status == 422


async def test_layout_is_for_admins(sign_in: SignIn) -> None:
    client = await sign_in("sue")
    assert (await client.get("/admin/layout")).status == 403
