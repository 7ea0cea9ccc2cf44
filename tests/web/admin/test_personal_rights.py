"""What an admin allows or denies one person, whatever the role says."""

import pytest

from screenpop.agents.rights import Permission
from tests.web.admin.test_users import id_of
from tests.web.conftest import Client, SignIn
from web.keys import Services

pytestmark = pytest.mark.feature("CALL+13")
FORM = {"name": "Name of 101", "role": "agent", "active": "1", "extensions": "101"}


@pytest.fixture
async def admin(sign_in: SignIn) -> Client:
    return await sign_in("admin")


async def set_rights(admin: Client, services: Services, login: str = "101", **rights: str) -> int:
    form = FORM | {f"right_{name}": value for name, value in rights.items()}
    return (await admin.post(f"/admin/users/{id_of(services, login)}", data=form)).status


async def test_right_is_given_and_taken_and_falls_back_to_the_role(admin: Client, services: Services) -> None:
    me = id_of(services, "101")
    for value, allowed in (("1", True), ("0", False), ("", False)):
        assert await set_rights(admin, services, download_recordings=value) == 200
        assert services.users.of(me).may(Permission.DOWNLOAD_RECORDINGS) is allowed
    assert services.users.of(me).rights == {}
    await set_rights(admin, services, listen_own_recordings="0")
    assert not services.users.of(me).may(Permission.LISTEN_OWN_RECORDINGS)


async def test_open_session_sees_the_change_at_once(admin: Client, services: Services, sign_in: SignIn) -> None:
    agent = await sign_in("101")
    await set_rights(admin, services, see_all_calls="")
    assert 'name="agent"' not in await (await agent.get("/calls")).text()
    await set_rights(admin, services, see_all_calls="1")
    assert 'name="agent"' in await (await agent.get("/calls")).text()


async def test_form_without_rights_leaves_them(admin: Client, services: Services) -> None:
    me = id_of(services, "101")
    await set_rights(admin, services, share_recordings="1")
    await admin.post(f"/admin/users/{me}", data=FORM | {"team": "  Night   shift "})
    user = services.users.of(me)
    assert (user.team, user.rights) == ("Night shift", {Permission.SHARE_RECORDINGS: True})
    await services.users.load()
    assert services.users.of(me) == user


async def test_only_rights_about_recordings_are_given_to_one_person(admin: Client, services: Services) -> None:
    await set_rights(admin, services, manage_users="1", see_all_calls="nonsense")
    assert services.users.of(id_of(services, "101")).rights == {}


async def test_deactivated_person_has_no_right_that_was_given(admin: Client, services: Services) -> None:
    await set_rights(admin, services, see_all_calls="1")
    await admin.post(f"/admin/users/{id_of(services, '101')}", data={"name": "A", "role": "agent"})
    assert not services.users.of(id_of(services, "101")).may(Permission.SEE_ALL_CALLS)


async def test_change_is_written_down_in_words(admin: Client, services: Services) -> None:
    await set_rights(admin, services, listen_live="1")
    await set_rights(admin, services, listen_live="")
    entries = await services.users.history(id_of(services, "101"))
    assert [dict(entry.changes) for entry in entries[:2]] == [
        {"right_listen_live": (True, None)},
        {"right_listen_live": (None, True)},
    ]
    text = await (await admin.get(f"/admin/users/{id_of(services, '101')}")).text()
    history = text[text.index('id="history"') :]
    assert ("Listen in while people talk" in history, "as the role" in history) == (True, True)


async def test_team_that_is_too_long_is_told_beside_its_field(admin: Client, services: Services) -> None:
    answer = await admin.post(f"/admin/users/{id_of(services, '101')}", data=FORM | {"team": "x" * 61})
    assert (answer.status, "at most 60 characters" in await answer.text()) == (422, True)
