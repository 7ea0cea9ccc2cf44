"""Cards, reviews and automatic answers on a real store."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.agents.model import User
from screenpop.core import Core
from screenpop.errors import BadInput, Conflict, NotAllowed, NotFound
from screenpop.facts import AnalysisChanged, CallWritten, SettingsChanged
from screenpop.quality import store as rows
from screenpop.quality.auto import AutoScores
from screenpop.quality.cards import ScoreCards
from screenpop.quality.model import Answer, Card, Question, Rule, Scope
from screenpop.quality.reviews import Sheet
from screenpop.store.engine import Store
from tests.screenpop.quality.house import ANSWERED, CARD, GREETED, SHARE, Calls, spoken
from tests.until import until

pytestmark = pytest.mark.feature("ANAL+18")
People = dict[str, User]


async def sheet(core: Core, viewer: User, call_id: str = "c1") -> Sheet:
    found = await core.quality.reviews.sheet(viewer, call_id)
    assert found is not None
    return found


async def review(core: Core, user: User, greeted: str, answered: str, comment: str = "", call_id: str = "c1") -> None:
    """Done as soon as both are answered, a draft before."""
    card = core.quality.cards.all()[0]
    choices = dict(zip((each.id for each in card.questions), (greeted, answered), strict=False))
    await core.quality.reviews.write(user, call_id, choices, comment, done=bool(greeted and answered))


# ---------------------------------------------------------------- cards


async def test_a_card_is_kept_with_its_questions_in_their_order(core: Core) -> None:
    told = list[SettingsChanged]()
    core.bus.subscribe(SettingsChanged, told.append)
    made = await core.quality.cards.put(CARD, "admin")
    assert [each.text for each in made.questions] == [GREETED.text, ANSWERED.text, SHARE.text]
    turned = await core.quality.cards.put(replace(made, questions=tuple(reversed(made.questions[1:]))), "admin")
    assert [each.id for each in turned.questions] == [made.questions[2].id, made.questions[1].id]
    fresh = ScoreCards(core.store, core.bus, core.trackers)
    await fresh.load()
    assert fresh.all() == (turned,)
    assert {fact.key for fact in told} == {"scorecards"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(CARD, name=" "), "name"),
        (replace(CARD, questions=()), "questions"),
        (replace(CARD, questions=(GREETED,) * 41), "questions"),
        (replace(CARD, questions=(replace(GREETED, text=""),)), "questions"),
        (replace(CARD, questions=(replace(GREETED, weight=-1),)), "questions"),
        (replace(CARD, questions=(replace(GREETED, kind="other"),)), "questions"),  # type: ignore[arg-type]
        (replace(CARD, questions=(replace(SHARE, rule=Rule()),)), "questions"),
        (replace(CARD, questions=(replace(SHARE, rule=Rule(measure="talk_share")),)), "questions"),
        (replace(CARD, questions=(replace(SHARE, rule=Rule(measure="wait", least=2, most=1)),)), "questions"),
        (replace(CARD, questions=(replace(SHARE, rule=Rule(measure="tracker", least=1)),)), "questions"),
    ],
)
async def test_what_cannot_be_a_card_is_refused(core: Core, wrong: Card, field: str) -> None:
    with pytest.raises(BadInput) as error:
        await core.quality.cards.put(wrong, "admin")
    assert error.value.field == field
    assert core.quality.cards.all() == ()


async def test_a_card_cannot_take_questions_of_another_nor_its_name(core: Core, card: Card) -> None:
    other = await core.quality.cards.put(replace(CARD, name="Other", questions=(card.questions[0],)), "admin")
    assert other.questions[0].id != card.questions[0].id
    with pytest.raises(Conflict):
        await core.quality.cards.put(replace(CARD, name=card.name), "admin")
    with pytest.raises(NotFound):
        await core.quality.cards.put(replace(CARD, id="gone"), "admin")


# ---------------------------------------------------------------- reviews


async def test_a_review_counts_by_hand_and_measured_answers(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    told = list[CallWritten]()
    core.bus.subscribe(CallWritten, told.append)
    await calls.add("c1", people["101"])
    await calls.analyse("c1")
    core.quality.auto.again(["c1"])
    await core.quality.auto.flush()
    assert await calls.score("c1") == 100.0
    await review(core, people["sue"], "1", "3", "Kind.")
    found = await sheet(core, people["sue"])
    assert (found.score, found.done) == (round(100 * (1 + 3 * 0.5 + 1) / 5, 1), True)
    assert await calls.score("c1") == found.score
    await review(core, people["sam"], "na", "1")
    assert await calls.score("c1") == round((70.0 + 25.0) / 2, 1)
    assert told[-1].call_ids == ("c1",)


async def test_a_review_is_changed_and_taken_back(core: Core, card: Card, calls: Calls, people: People) -> None:
    await calls.add("c1", people["101"])
    await review(core, people["sue"], "1", "5")
    assert await calls.score("c1") == 100.0
    await review(core, people["sue"], "0", "1")
    assert await calls.score("c1") == 0.0
    await review(core, people["sue"], "", "", "Only a remark")
    assert await calls.score("c1") is None
    await core.quality.reviews.remove(people["sue"], "c1")
    assert (await sheet(core, people["sue"])).own is None


async def test_a_draft_is_kept_for_its_author_and_counts_nowhere(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await core.quality.cards.set_blind(False, "admin")
    await calls.add("c1", people["101"])
    await calls.analyse("c1")
    core.quality.auto.again(["c1"])
    await core.quality.auto.flush()
    await review(core, people["sue"], "0", "", "so far")
    own = await sheet(core, people["sue"])
    assert (own.done, own.own and own.own.score, own.score) == (False, 50.0, 100.0)
    for other in ("sam", "101"):
        seen = await sheet(core, people[other])
        assert (seen.others, seen.hidden, seen.score) == ((), 0, 100.0)
    assert await calls.score("c1") == 100.0


async def test_a_review_counts_when_its_author_says_so_and_nothing_is_missing(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await calls.add("c1", people["101"])
    both = {card.questions[0].id: "1", card.questions[1].id: "1"}
    write = core.quality.reviews.write
    with pytest.raises(BadInput, match="every question"):
        await write(people["sue"], "c1", {card.questions[0].id: "1"}, "kept", done=True)
    assert ((await sheet(core, people["sue"])).done, await calls.score("c1")) == (False, None)
    kept = (await sheet(core, people["sue"])).own
    assert kept
    assert (kept.comment, len(kept.answers)) == ("kept", 1)
    await write(people["sue"], "c1", both, "")
    assert ((await sheet(core, people["sue"])).done, await calls.score("c1")) == (False, None)
    await write(people["sue"], "c1", both, "", done=True)
    assert ((await sheet(core, people["sue"])).done, await calls.score("c1")) == (True, 25.0)
    await write(people["sue"], "c1", both | {card.questions[1].id: "5"}, "")
    assert ((await sheet(core, people["sue"])).done, await calls.score("c1")) == (True, 100.0)


async def test_a_review_without_any_answer_is_refused_and_leaves_all_as_it_is(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await calls.add("c1", people["101"])
    write = core.quality.reviews.write
    with pytest.raises(BadInput, match="at least one question"):
        await write(people["sue"], "c1", dict.fromkeys([each.id for each in card.questions], ""), " ")
    assert (await sheet(core, people["sue"])).own is None
    await write(people["sue"], "c1", {card.questions[0].id: "1"}, "")
    with pytest.raises(BadInput, match="at least one question"):
        await write(people["sue"], "c1", {}, "", done=True)
    assert len((await sheet(core, people["sue"])).own_answers) == 1


async def test_a_finished_review_stays_so_when_its_card_asks_more(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await calls.add("c1", people["101"])
    await review(core, people["sue"], "1", "5")
    more = replace(GREETED, text="Took leave?")
    await core.quality.put_card(replace(card, questions=(*card.questions, more)), "admin")
    await core.quality.auto.flush()
    assert ((await sheet(core, people["sue"])).done, await calls.score("c1")) == (True, 100.0)
    await review(core, people["sue"], "1", "")
    assert ((await sheet(core, people["sue"])).done, await calls.score("c1")) == (False, None)


async def test_an_agent_may_not_review_and_sees_own_complete_reviews_only(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await calls.add("c1", people["101"])
    with pytest.raises(NotAllowed):
        await review(core, people["101"], "1", "5")
    with pytest.raises(NotAllowed):
        await core.quality.reviews.remove(people["101"], "c1")
    await review(core, people["sue"], "1", "", "half done")
    assert ((await sheet(core, people["101"])).others, (await sheet(core, people["101"])).score) == ((), None)
    await review(core, people["sue"], "1", "5", "done")
    seen = await sheet(core, people["101"])
    assert ([each.comment for each in seen.others], seen.score, seen.may_review) == (["done"], 100.0, False)
    assert await core.quality.reviews.sheet(people["102"], "c1") is None


async def test_reviewers_are_blind_until_their_own_answers_are_in(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await calls.add("c1", people["101"])
    await review(core, people["sue"], "1", "5")
    hidden = await sheet(core, people["sam"])
    assert (hidden.others, hidden.hidden, hidden.score) == ((), 1, None)
    await review(core, people["sam"], "0", "")
    draft = await sheet(core, people["sam"])
    assert (draft.hidden, draft.score, draft.own and draft.own.score) == (1, None, 0.0)
    await review(core, people["sam"], "0", "1")
    seen = await sheet(core, people["sam"])
    assert ([each.reviewer for each in seen.others], seen.hidden, seen.score) == ([people["sue"].id], 0, 50.0)
    await core.quality.cards.set_blind(False, "admin")
    await core.quality.reviews.remove(people["sam"], "c1")
    assert (await sheet(core, people["sam"])).hidden == 0
    fresh = ScoreCards(core.store, core.bus, core.trackers)
    await fresh.load()
    assert fresh.blind is False


async def test_a_call_without_a_card_or_that_is_not_there_cannot_be_reviewed(
    core: Core, calls: Calls, people: People
) -> None:
    await core.quality.cards.put(replace(CARD, scope=Scope(queues=("sales",))), "admin")
    await calls.add("c1", people["101"], queue="service")
    for call_id in ("c1", "gone"):
        assert await core.quality.reviews.sheet(people["sue"], call_id) is None
        with pytest.raises(NotFound):
            await review(core, people["sue"], "1", "1", call_id=call_id)


async def test_a_wrong_choice_is_refused_and_nothing_written(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await calls.add("c1", people["101"])
    with pytest.raises(BadInput):
        await review(core, people["sue"], "7", "1")
    assert (await sheet(core, people["sue"])).own is None


async def test_a_call_keeps_the_card_by_which_people_have_begun(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await calls.add("c1", people["101"])
    await review(core, people["sue"], "1", "5")
    await core.quality.cards.put(replace(card, active=False), "admin")
    await core.quality.cards.put(replace(CARD, name="New"), "admin")
    assert (await sheet(core, people["sue"])).card.id == card.id


async def test_removing_a_card_takes_its_reviews_and_their_scores(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await calls.add("c1", people["101"])
    await review(core, people["sue"], "1", "5")
    await core.quality.cards.remove(card.id, "admin")
    assert await calls.score("c1") is None
    assert await core.quality.reviews.sheet(people["sue"], "c1") is None


# ---------------------------------------------------------------- by itself


async def test_an_analysis_that_is_done_is_answered_by_itself_and_again_without_harm(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await calls.add("c1", people["101"])
    await calls.analyse("c1")
    told = list[CallWritten]()
    core.bus.subscribe(CallWritten, told.append)
    running = asyncio.create_task(core.quality.auto.run())
    core.bus.publish(AnalysisChanged(call_id="c1", recording_id="r-c1", state="running", progress=0.5))
    for times in (1, 2, 3):
        await until(lambda times=times: len(told) == times)  # type: ignore[misc]
        assert await calls.score("c1") == 100.0
        core.bus.publish(AnalysisChanged(call_id="c1", recording_id="r-c1", state="done"))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    auto = (await sheet(core, people["sue"])).auto
    assert auto == {card.questions[2].id: Answer(value=1.0, measured=auto[card.questions[2].id].measured)}


async def test_what_was_analysed_while_ringdesk_was_away_is_answered_at_its_start(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await calls.add("c1", people["101"])
    await calls.analyse("c1")
    told = list[CallWritten]()
    core.bus.subscribe(CallWritten, told.append)
    again = AutoScores(core.store, core.bus, core.quality.cards)
    running = asyncio.create_task(again.run())
    await until(lambda: told)
    assert await calls.score("c1") == 100.0
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_another_analysis_or_card_counts_peoples_reviews_anew(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await calls.add("c1", people["101"])
    await calls.analyse("c1")
    await review(core, people["sue"], "1", "1")
    core.quality.auto.again(["c1"])
    await core.quality.auto.flush()
    assert await calls.score("c1") == 40.0
    loud = replace(spoken().speakers[0], talk_share=0.9)
    await calls.analyse("c1", replace(spoken(), speakers=(loud, spoken().speakers[1])))
    core.bus.publish(AnalysisChanged(call_id="c1", recording_id="r-c1", state="done"))
    await core.quality.auto.flush()
    assert await calls.score("c1") == 20.0
    heavier = (replace(card.questions[0], weight=4), *card.questions[1:])
    await core.quality.put_card(replace(card, questions=heavier), "admin")
    await core.quality.auto.flush()
    assert await calls.score("c1") == 50.0


async def test_the_calls_of_a_period_are_scored_again(core: Core, card: Card, calls: Calls, people: People) -> None:
    await calls.add("new", people["101"])
    await calls.add("old", people["101"], days_ago=60)
    await calls.add("unheard", people["101"])
    for call_id in ("new", "old"):
        await calls.analyse(call_id)
    assert await core.quality.auto.again_since(datetime.now(UTC) - timedelta(days=30)) == 1
    await core.quality.auto.flush()
    assert [await calls.score(each) for each in ("new", "old", "unheard")] == [100.0, None, None]


async def test_automatic_answers_are_those_of_the_card_by_which_people_have_begun(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await calls.add("c1", people["101"])
    await calls.analyse("c1")
    await review(core, people["sue"], "1", "1")
    await core.quality.cards.put(replace(card, active=False), "admin")
    await core.quality.cards.put(replace(CARD, name="New"), "admin")
    core.quality.auto.again(["c1"])
    await core.quality.auto.flush()
    seen = await sheet(core, people["sue"])
    assert (seen.card.id, list(seen.auto), seen.score) == (card.id, [card.questions[2].id], 40.0)


async def test_nobody_is_blamed_for_a_tracker_that_does_not_listen(core: Core, calls: Calls, people: People) -> None:
    tracker = core.trackers.all()[0]
    heard = Question(id="", text="Said?", kind="auto", rule=Rule(measure="tracker", least=1, tracker_id=tracker.id))
    made = await core.quality.cards.put(replace(CARD, questions=(heard,)), "admin")
    await calls.add("c1", people["101"])
    await calls.analyse("c1", replace(spoken(), speakers=tuple(replace(one, words=50) for one in spoken().speakers)))
    values = list[float | None]()
    for active in (True, False):
        await core.trackers.put(replace(tracker, active=active), "admin")
        core.quality.auto.again(["c1"])
        await core.quality.auto.flush()
        values.append((await sheet(core, people["sue"])).auto[made.questions[0].id].value)
    assert values == [0.0, None]


async def test_what_a_locked_store_refused_is_answered_later(
    core: Core, card: Card, calls: Calls, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    await calls.add("c1", people["101"])
    await calls.analyse("c1")
    locked = True

    def begin(store: Store) -> AbstractAsyncContextManager[AsyncConnection]:
        nonlocal locked
        if locked:
            locked = False
            raise OperationalError("INSERT", {}, Exception("database is locked"))
        return real(store)

    real = Store.begin
    monkeypatch.setattr(Store, "begin", begin)
    again = AutoScores(core.store, core.bus, core.quality.cards, retry=0.0)
    running = asyncio.create_task(again.run())
    told = list[CallWritten]()
    core.bus.subscribe(CallWritten, told.append)
    await until(lambda: told)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (locked, await calls.score("c1")) == (False, 100.0)


# ---------------------------------------------------------------- calibration


async def test_calibration_shows_where_reviewers_differ_and_by_how_many_calls(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    for call_id in ("c1", "c2", "c3", "old"):
        await calls.add(call_id, people["101"], days_ago=40 if call_id == "old" else 0)
    for call_id, sue, sam in (
        ("c1", ("1", "5"), ("1", "1")),
        ("c2", ("1", "4"), ("1", "4")),
        ("old", ("1", "5"), ("0", "1")),
    ):
        await review(core, people["sue"], *sue, call_id=call_id)
        await review(core, people["sam"], *sam, call_id=call_id)
    await review(core, people["sue"], "1", "5", call_id="c3")
    await review(core, people["sam"], "1", "", call_id="c3")
    now = datetime.now(UTC) + timedelta(minutes=1)
    found = await core.quality.calibrations.between(now - timedelta(days=30), now)
    assert sorted(each.call_id for each in found.calls) == ["c1", "c2"]
    assert [(each.question.text, each.calls, each.apart, each.agreed) for each in found.questions] == [
        ("Answered well?", 2, 25.0, 0.5),
        ("Greeted?", 2, 0.0, 1.0),
    ]
    bias = {found.names[each.id]: (each.calls, each.bias, each.apart) for each in found.reviewers}
    assert bias == {"Name of sue": (2, 18.8, 18.8), "Name of sam": (2, -18.8, 18.8)}
    assert max(each.spread for each in found.calls) == 75.0


async def test_reviews_by_two_cards_of_one_call_are_compared_card_by_card(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    other = await core.quality.cards.put(replace(CARD, name="Other"), "admin")
    await calls.add("c1", people["101"])
    given = {question.id: {"value": 1.0} for each in (card, other) for question in each.questions}
    async with core.store.begin() as tx:
        for reviewer in ("sue", "sam"):
            for each in (card, other):
                values = {"answers": given, "score": 100.0, "done_at": datetime.now(UTC)}
                await rows.write_review(tx, "c1", each.id, people[reviewer].id, values)
    now = datetime.now(UTC) + timedelta(minutes=1)
    found = await core.quality.calibrations.between(now - timedelta(days=1), now)
    assert sorted((each.card.id, len(each.reviews)) for each in found.calls) == sorted([(card.id, 2), (other.id, 2)])


async def test_teams_decide_by_whom_a_call_was_answered(core: Core, calls: Calls, people: People) -> None:
    await core.quality.cards.put(replace(CARD, scope=Scope(teams=("north",))), "admin")
    await calls.add("c1", people["101"])
    assert await core.quality.reviews.sheet(people["sue"], "c1") is None
    await core.users.change(people["101"].id, team="north")
    assert await core.quality.reviews.sheet(people["sue"], "c1") is not None


async def test_figures_are_answered_also_where_no_words_could_be_had(
    core: Core, card: Card, calls: Calls, people: People
) -> None:
    await calls.add("c1", people["101"])
    await calls.analyse("c1", state="failed")
    core.bus.publish(AnalysisChanged(call_id="c1", recording_id="r-c1", state="failed"))
    await core.quality.auto.flush()
    assert await calls.score("c1") == 100.0
