"""Users and extensions: who may change whom."""

import pytest

from screenpop.agents.rights import Role
from tests.web.conftest import PASSWORD, Client, SignIn
from web.keys import Services

ADMIN_ONLY = ("/admin/users", "/admin/users/new", "/admin/extensions", "/admin/lines", "/admin/categories")


@pytest.fixture
async def admin(sign_in: SignIn) -> Client:
    return await sign_in("admin")


def id_of(services: Services, login: str) -> str:
    user = services.users.by_login(login)
    assert user
    return user.id


@pytest.mark.parametrize("address", [*ADMIN_ONLY, "/admin", "/admin/pbx", "/admin/import", "/admin/site"])
async def test_agent_is_kept_out_by_a_plain_page(sign_in: SignIn, address: str) -> None:
    answer = await (await sign_in("101")).get(address)
    text = await answer.text()
    assert answer.status == 403
    assert "Your role does not allow this." in text
    assert "Name of sue" not in text


@pytest.mark.parametrize("address", ADMIN_ONLY)
async def test_supervisor_sees_the_pbx_but_not_what_admins_set(sign_in: SignIn, address: str) -> None:
    sue = await sign_in("sue")
    assert (await sue.get(address)).status == 403
    overview = await (await sue.get("/admin")).text()
    assert ('href="/admin/pbx"' in overview, f'href="{address}"' in overview) == (True, False)


async def test_user_is_added_and_can_sign_in(admin: Client, services: Services, anonymous: Client) -> None:
    form = {"name": "Nino", "login": "Nino", "role": "agent", "extensions": "103, 104", "password": "long enough"}
    await admin.post("/admin/users/new", data=form)
    nino = services.users.by_login("nino")
    assert nino
    assert (nino.name, nino.extensions) == ("Nino", ("103", "104"))
    answer = await anonymous.post("/sign-in", data={"login": "nino", "password": "long enough"})
    assert answer.url.path == "/"


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"login": "101"}, "", "The login 101 is taken."),
        ({"login": "no spaces"}, "login", "A login has 1 to 64"),
        ({"password": "short"}, "password", "A password has at least 8"),
        ({"extensions": "10;1"}, "extensions", "is not an extension"),
        ({"role": "owner"}, "role", "A role is one of"),
        ({"name": ""}, "name", "A name has 1 to"),
    ],
)
async def test_wrong_user_is_told_beside_the_field(
    admin: Client, services: Services, change: dict[str, str], field: str, words: str
) -> None:
    form = {"name": "Nino", "login": "nino", "role": "agent", "extensions": "103", "password": "long enough"} | change
    answer = await admin.post("/admin/users/new", data=form)
    text = await answer.text()
    assert answer.status in (409, 422)
    assert words in text
    assert not field or text.index(f'name="{field}"') < text.index(words)
    assert "long enough" not in text
    assert services.users.by_login("nino") is None


async def test_nothing_is_written_of_a_user_whose_extension_is_refused(admin: Client, services: Services) -> None:
    agent = id_of(services, "101")
    before = services.users.of(agent)
    form = {"name": "Other", "role": "supervisor", "active": "1", "extensions": "10;1", "right_share_recordings": "1"}
    answer = await admin.post(f"/admin/users/{agent}", data=form)
    assert (answer.status, "is not an extension" in await answer.text()) == (422, True)
    assert services.users.of(agent) == before


async def test_own_role_is_not_lowered_and_nobody_deactivates_himself(admin: Client, services: Services) -> None:
    me = id_of(services, "admin")
    await services.users.add("second", "Second", "admin", PASSWORD)
    lower = await admin.post(f"/admin/users/{me}", data={"name": "A", "role": "agent", "active": "1"})
    assert (lower.status, "You cannot lower your own role" in await lower.text()) == (422, True)
    off = await admin.post(f"/admin/users/{me}", data={"name": "A", "role": "admin"})
    assert (off.status, "You cannot deactivate yourself." in await off.text()) == (422, True)
    assert (await admin.post(f"/admin/users/{me}/active", data={})).status == 422
    assert (services.users.of(me).role, services.users.of(me).active) == (Role.ADMIN, True)


async def test_last_admin_stays_one(admin: Client, services: Services, sign_in: SignIn) -> None:
    second = await services.users.add("second", "Second", "admin", PASSWORD)
    other = await sign_in("second")
    me = id_of(services, "admin")
    await other.post(f"/admin/users/{me}", data={"name": "A", "role": "agent", "active": "1"})
    assert services.users.of(me).role is Role.AGENT
    answer = await admin.post(f"/admin/users/{second.id}/active", data={})
    assert (answer.status, services.users.of(second.id).active) == (403, True)


async def test_deactivated_user_is_signed_out_at_once(admin: Client, services: Services, sign_in: SignIn) -> None:
    agent = await sign_in("101")
    assert (await agent.get("/customers")).url.path == "/customers"
    await admin.post(f"/admin/users/{id_of(services, '101')}/active", data={})
    assert (await agent.get("/customers")).url.path == "/sign-in"
    await admin.post(f"/admin/users/{id_of(services, '101')}/active", data={"active": "1"})
    assert services.users.of(id_of(services, "101")).active


async def test_new_password_opens_and_the_old_one_does_not(admin: Client, services: Services) -> None:
    await admin.post(f"/admin/users/{id_of(services, '101')}/password", data={"password": "another horse"})
    assert await services.users.verify("101", PASSWORD) is None
    assert await services.users.verify("101", "another horse")


@pytest.mark.feature("CALL+01")
async def test_extension_gets_its_devices(admin: Client, services: Services) -> None:
    await admin.post("/admin/extensions", data={"number": "101", "name": "Desk", "devices": "PJSIP/101 SIP/1500"})
    assert services.extensions.directory().extension_of("SIP/1500") == "101"
    await admin.post("/admin/extensions/101/remove")
    assert services.extensions.directory().extension_of("SIP/1500") == ""
    assert "101" in services.extensions.directory()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"number": "102", "devices": "SIP/1500"}, "The device SIP/1500 belongs to extension 101."),
        ({"number": "102", "devices": "nothing"}, "Write a device as the PBX names it"),
        ({"number": "1 0", "devices": ""}, "is not an extension"),
        ({"number": "", "devices": ""}, "An extension needs a number."),
    ],
)
async def test_wrong_extension_is_refused_in_words(
    admin: Client, services: Services, form: dict[str, str], words: str
) -> None:
    await services.extensions.put("101", "", "SIP/1500", "system")
    answer = await admin.post("/admin/extensions", data=form)
    assert (answer.status, words in await answer.text()) == (422, True)
    assert services.extensions.directory().extension_of("SIP/1500") == "101"


async def test_changes_are_written_down_with_who_made_them(admin: Client, services: Services) -> None:
    form = {"name": "Nino", "login": "nino", "role": "agent", "extensions": "103", "password": "long enough"}
    await admin.post("/admin/users/new", data=form)
    nino, me = id_of(services, "nino"), id_of(services, "admin")
    changed = {"name": "Nino B", "role": "supervisor", "extensions": "104"}
    await admin.post(f"/admin/users/{nino}", data=changed)
    await admin.post(f"/admin/users/{nino}/password", data={"password": "another one"})
    await services.users.choose_presence(nino, "away")
    entries = await services.users.history(nino)
    assert {entry.actor for entry in entries} == {me}
    assert [(entry.action, dict(entry.changes)) for entry in reversed(entries)] == [
        ("create", {"login": ("", "nino"), "role": ("", "agent")}),
        ("update", {"name": ("Nino", "Nino B"), "role": ("agent", "supervisor"), "active": (True, False)}),
        ("update", {"extensions": (["103"], ["104"])}),
        ("set_password", {}),
    ]
    text = await (await admin.get(f"/admin/users/{nino}")).text()
    for words in ("added the user", "changed the user", "set a new password", "Name of admin", "Supervisor"):
        assert words in text[text.index('id="history"') :]
    assert "another one" not in text
