"""A user's own settings."""

import pytest

from tests.web.conftest import PASSWORD, Client, SignIn
from web.auth.limits import PER_LOGIN
from web.keys import Services


async def save(client: Client, part: str, form: dict[str, str] | list[tuple[str, str]]) -> int:
    answer = await client.post(f"/settings/{part}", data=form, allow_redirects=False)
    return answer.status


@pytest.mark.feature("CALL+07")
async def test_phone_settings_say_where_one_sits_and_switch_cards_off(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("101")
    assert await save(client, "phone", [("extension", "101"), ("extension", "102"), ("other", "205, 206")]) == 303
    me = services.users.by_login("101")
    assert me is not None
    assert (me.extensions, me.popups) == (("101", "102", "205", "206"), False)
    text = await (await client.get("/settings?saved=phone")).text()
    assert "Saved" in text


async def test_extension_that_can_be_none_is_refused_in_words(sign_in: SignIn) -> None:
    client = await sign_in("101")
    answer = await client.post("/settings/phone", data={"other": "<b>"})
    assert answer.status == 422
    assert "is not an extension" in await answer.text()


async def test_alert_settings_are_kept_and_the_volume_bounded(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("101")
    assert await save(client, "alerts", {"sound": "1", "volume": "900"}) == 303
    me = services.users.by_login("101")
    assert me is not None
    assert (me.prefs["sound"], me.prefs["desktop"], me.prefs["volume"]) == (True, False, 100)
    assert await save(client, "alerts", {"volume": "loud"}) == 303
    assert services.users.of(me.id).prefs["volume"] == 60


async def test_look_settings_change_theme_language_and_zone(sign_in: SignIn, services: Services) -> None:
    client = await sign_in("101")
    form = {"theme": "dark", "density": "compact", "locale": "fa", "timezone": "Asia/Tehran"}
    assert await save(client, "look", form) == 303
    text = await (await client.get("/")).text()
    assert '<html lang="fa" dir="rtl" data-theme="dark" data-density="compact">' in text


@pytest.mark.parametrize(("field", "value"), [("theme", "pink"), ("density", "x"), ("timezone", "Mars/Olympus")])
async def test_look_setting_that_is_none_is_refused(sign_in: SignIn, field: str, value: str) -> None:
    client = await sign_in("101")
    assert await save(client, "look", {"theme": "", "density": "", "timezone": "", field: value}) == 422


async def test_new_password_needs_the_old_one_and_signs_other_browsers_out(sign_in: SignIn) -> None:
    here, there = await sign_in("101"), await sign_in("101")
    form = {"current": PASSWORD, "new": "another good one", "again": "another good one"}
    assert await save(here, "password", {**form, "current": "wrong"}) == 422
    assert await save(here, "password", {**form, "again": "else"}) == 422
    assert await save(here, "password", form) == 303
    assert (await here.get("/", allow_redirects=False)).status == 200
    assert (await there.get("/", allow_redirects=False)).status == 303


async def test_current_password_cannot_be_guessed_for_long(sign_in: SignIn) -> None:
    client = await sign_in("101")
    form = {"current": "wrong", "new": "another good one", "again": "another good one"}
    for _ in range(PER_LOGIN):
        assert await save(client, "password", form) == 422
    right = await client.post("/settings/password", data=form | {"current": PASSWORD}, allow_redirects=False)
    assert (right.status, "Too many wrong tries." in await right.text()) == (422, True)
