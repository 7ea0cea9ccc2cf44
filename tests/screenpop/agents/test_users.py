"""Users: who there is, who may do what, who sits where."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from screenpop.agents.passwords import Passwords
from screenpop.agents.rights import RIGHTS, Permission, Role, may
from screenpop.agents.store import password_hashes
from screenpop.agents.users import MAX_EXTENSIONS, WRITTEN_OUTSIDE, Users
from screenpop.bus import Bus
from screenpop.errors import BadInput, Conflict, NotAllowed, NotFound
from screenpop.facts import ExtensionsChanged, UserChanged
from screenpop.store.engine import Store
from screenpop.store.outside import set_mark
from screenpop.store.tables import session

PASSWORD = "correct horse"


async def reloaded(store: Store) -> Users:
    again = Users(store, Bus(), Passwords(cost=1, memory_kib=64))
    await again.load()
    return again


def test_each_role_has_the_rights_of_the_one_below() -> None:
    assert RIGHTS[Role.AGENT] < RIGHTS[Role.SUPERVISOR] < RIGHTS[Role.ADMIN] == frozenset(Permission)


def test_right_that_a_role_lacks_is_refused() -> None:
    assert not may(Role.AGENT, Permission.MANAGE_USERS)
    assert not may(Role.SUPERVISOR, Permission.EDIT_LAYOUTS)


async def test_user_is_as_written_after_a_restart(users: Users, store: Store) -> None:
    made = await users.add(" Anna.B ", "Anna  Berg", "supervisor", PASSWORD, ["101", "102", "101"])
    await users.prefer(made.id, {"popups_on": False, "theme": "dark"})
    await users.change(made.id, locale="el", timezone="Europe/Athens")
    again = (await reloaded(store)).by_login("ANNA.B")
    assert again == users.of(made.id)
    assert again is not None
    assert (again.login, again.name, again.extensions, again.popups) == ("anna.b", "Anna Berg", ("101", "102"), False)


async def test_taken_login_is_a_conflict(users: Users) -> None:
    await users.add("anna", "Anna", "agent", PASSWORD)
    with pytest.raises(Conflict, match="anna is taken"):
        await users.add("ANNA", "Other", "agent", PASSWORD)


@pytest.mark.parametrize(
    ("login", "name", "role", "password", "field"),
    [
        ("", "A", "agent", PASSWORD, "login"),
        ("a b", "A", "agent", PASSWORD, "login"),
        ("a" * 65, "A", "agent", PASSWORD, "login"),
        ("a\r\nx", "A", "agent", PASSWORD, "login"),
        ("a", " ", "agent", PASSWORD, "name"),
        ("a", "A" * 121, "agent", PASSWORD, "name"),
        ("a", "A\x00", "agent", PASSWORD, "name"),
        ("a", "A", "king", PASSWORD, "role"),
        ("a", "A", "agent", "short", "password"),
        ("a", "A", "agent", "x" * 257, "password"),
    ],
)
async def test_bad_user_is_refused_with_its_field(users: Users, login, name, role, password, field) -> None:
    with pytest.raises(BadInput) as refused:
        await users.add(login, name, role, password)
    assert refused.value.field == field
    assert users.all() == ()


async def test_password_opens_and_a_wrong_one_does_not(users: Users) -> None:
    made = await users.add("anna", "Anna", "agent", PASSWORD)
    assert await users.verify("Anna", PASSWORD) == made
    assert await users.verify("anna", "wrong horse") is None
    assert await users.verify("nobody", PASSWORD) is None
    await users.change(made.id, active=False)
    assert await users.verify("anna", PASSWORD) is None


async def test_decoy_that_is_hashed_in_place_of_a_missing_password_opens_nothing(users: Users) -> None:
    made = await users.add("anna", "Anna", "agent", PASSWORD)
    await users.change(made.id, active=False)
    assert await users.verify("anna", "nobody has this one") is None


async def test_password_hash_of_older_costs_is_renewed_at_sign_in(users: Users, store: Store) -> None:
    await users.add("anna", "Anna", "agent", PASSWORD)
    stronger = Passwords(cost=2, memory_kib=64)
    later = Users(store, Bus(), stronger)
    await later.load()
    assert await later.verify("anna", PASSWORD)
    user = later.by_login("anna")
    assert user
    async with store.read() as tx:
        assert not stronger.is_outdated((await password_hashes(tx))[user.id])


async def test_new_password_ends_the_sessions_in_the_store(users: Users, store: Store, bus: Bus) -> None:
    told: list[UserChanged] = []
    bus.subscribe(UserChanged, told.append)
    made = await users.add("anna", "Anna", "agent", PASSWORD)
    now = datetime.now(UTC)
    async with store.begin() as tx:
        row = {"id": "h", "user_id": made.id, "created_at": now, "seen_at": now, "expires_at": now}
        await tx.execute(insert(session).values(row))
    await users.set_password(made.id, "another horse")
    async with store.read() as tx:
        assert (await tx.execute(select(session))).all() == []
    assert told == [UserChanged(user_id=made.id, signed_out=True)]
    assert await users.verify("anna", PASSWORD) is None


async def test_deactivated_user_has_no_session_left_to_come_back_with(users: Users, store: Store) -> None:
    made = await users.add("anna", "Anna", "agent", PASSWORD)
    now = datetime.now(UTC)
    async with store.begin() as tx:
        row = {"id": "h", "user_id": made.id, "created_at": now, "seen_at": now, "expires_at": now}
        await tx.execute(insert(session).values(row))
    await users.change(made.id, active=False)
    await users.change(made.id, active=True)
    async with store.read() as tx:
        assert (await tx.execute(select(session))).all() == []


async def test_changes_at_the_same_time_are_all_kept(users: Users, store: Store) -> None:
    made = await users.add("anna", "Anna", "agent", PASSWORD)
    await asyncio.gather(
        users.sit(made.id, ["101"]),
        users.prefer(made.id, {"theme": "dark"}),
        users.prefer(made.id, {"sound": False}),
        users.choose_presence(made.id, "away"),
        users.change(made.id, name="Anna Berg"),
    )
    kept = users.of(made.id)
    assert (kept.extensions, kept.prefs, kept.presence) == (("101",), {"theme": "dark", "sound": False}, "away")
    assert (await reloaded(store)).of(made.id) == kept


async def test_two_admins_cannot_lower_each_other_at_the_same_time(users: Users) -> None:
    one = await users.add("root", "Root", "admin", PASSWORD)
    two = await users.add("second", "Second", "admin", PASSWORD)
    results = await asyncio.gather(
        users.change(one.id, role="agent"), users.change(two.id, role="agent"), return_exceptions=True
    )
    assert [type(result) for result in results].count(NotAllowed) == 1


async def test_what_another_process_wrote_is_noticed(users: Users, bus: Bus, store: Store) -> None:
    anna = await users.add("anna", "Anna", "agent", PASSWORD)
    await users.add("carl", "Carl", "agent", PASSWORD)
    told: list[UserChanged] = []
    bus.subscribe(UserChanged, told.append)
    other = await reloaded(store)
    ben = await other.add("ben", "Ben", "agent", PASSWORD, ["102"])
    await other.set_password(anna.id, "another horse")
    await users.refresh()
    assert (users.get(ben.id), told) == (None, [])
    await set_mark(store, WRITTEN_OUTSIDE)
    await users.refresh()
    assert (users.at("102"), await users.verify("anna", "another horse")) == ((ben,), anna)
    assert told == [UserChanged(user_id=anna.id, signed_out=True), UserChanged(user_id=ben.id, signed_out=True)]


async def test_last_admin_cannot_be_lost(users: Users) -> None:
    one = await users.add("root", "Root", "admin", PASSWORD)
    with pytest.raises(NotAllowed):
        await users.change(one.id, role="agent")
    with pytest.raises(NotAllowed):
        await users.change(one.id, active=False)
    await users.add("second", "Second", "admin", PASSWORD)
    assert (await users.change(one.id, role="agent")).role is Role.AGENT


async def test_seats_are_told_and_several_users_can_share_one(users: Users, bus: Bus) -> None:
    anna = await users.add("anna", "Anna", "agent", PASSWORD)
    ben = await users.add("ben", "Ben", "agent", PASSWORD, ["101"])
    told: list[ExtensionsChanged] = []
    bus.subscribe(ExtensionsChanged, told.append)
    await users.sit(anna.id, ["101", "102"])
    assert [user.login for user in users.at("101")] == ["anna", "ben"]
    await users.change(ben.id, active=False)
    assert [user.login for user in users.at("101")] == ["anna"]
    assert users.extensions() == ("101", "102")
    assert len(told) == 2


@pytest.mark.parametrize("seats", [["10 1"], ["1;2"], ["<b>"], [str(n) for n in range(MAX_EXTENSIONS + 1)], ["9" * 33]])
async def test_what_cannot_be_an_extension_is_refused(users: Users, seats: list[str]) -> None:
    anna = await users.add("anna", "Anna", "agent", PASSWORD)
    with pytest.raises(BadInput):
        await users.sit(anna.id, seats)


@pytest.mark.parametrize("changes", [{"admin": True}, {"popups_on": "no"}, {"theme": 7}])
async def test_unknown_preference_is_refused(users: Users, changes) -> None:
    anna = await users.add("anna", "Anna", "agent", PASSWORD)
    with pytest.raises(BadInput):
        await users.prefer(anna.id, changes)


async def test_unknown_user_is_not_found(users: Users) -> None:
    with pytest.raises(NotFound):
        await users.set_password("nobody", PASSWORD)
