"""Score cards: by which questions the quality of calls is reviewed."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import N_
from screenpop.quality.cards import MOST_QUESTIONS
from screenpop.quality.measures import MEASURES
from screenpop.quality.model import KINDS, Card, Kind, Question, Rule, Scope
from web import i18n
from web.forms import REFUSALS, Errors, back_to, errors_of, read_form, status_for, whole_number
from web.keys import services, user_of
from web.render import reading, render
from web.security import requires

ADDRESS = "/admin/scorecards"
FIELDS = ("name", "questions")
AGAIN_DAYS = 30
DIRECTIONS = ("incoming", "outgoing", "internal")

Row = dict[str, str]
"""One question as the form has it."""

BLANK: Row = {"kind": "yes_no", "weight": "1", "active": "1"}
EXAMPLE: tuple[Row, ...] = (
    {"text": N_("Was the caller greeted as agreed?"), "kind": "yes_no", "weight": "1"},
    {"text": N_("Was the request understood and put in own words?"), "kind": "scale", "weight": "2"},
    {"text": N_("Was the answer right and complete?"), "kind": "scale", "weight": "3"},
    {"text": N_("Was the tone friendly throughout?"), "kind": "scale", "weight": "2"},
    {"text": N_("Was it said what happens next?"), "kind": "yes_no", "weight": "2"},
    {
        "text": N_("The customer had time to speak"),
        "kind": "auto",
        "weight": "1",
        "measure": "talk_share",
        "most": "65",
    },
    {"text": N_("No long silence"), "kind": "auto", "weight": "1", "measure": "longest_silence", "most": "20"},
)


@requires(Permission.EDIT_ANALYSIS)
async def page(request: web.Request) -> web.StreamResponse:
    """The list of cards, and what goes for all of them."""
    cards = services(request).quality.cards
    return render(
        request,
        "admin/scorecards.html",
        cards=cards.all(),
        blind=cards.blind,
        days=AGAIN_DAYS,
        again=whole_number(request.query.get("again", "")),
    )


@requires(Permission.EDIT_ANALYSIS)
async def edit(request: web.Request) -> web.StreamResponse:
    """The form of a card: of the one that the address names, empty, or filled with an example."""
    asked = request.match_info["id"]
    if asked != "new":
        card = services(request).quality.cards.get(asked)
        return _page(request, _form_of(card), [_row_of(each) for each in card.questions], {})
    rows = [BLANK]
    if "example" in request.query:
        with reading(request):
            in_words = i18n.gettext
            rows = [BLANK | each | {"text": in_words(each["text"])} for each in EXAMPLE]
    return _page(request, {"active": "1"}, rows, {})


@requires(Permission.EDIT_ANALYSIS)
async def put(request: web.Request) -> web.StreamResponse:
    """Keep the card; or, where the button says so, the form with its questions added to, moved or removed."""
    form = await read_form(request)
    rows = _rows(form)
    if form.get("do"):
        return _page(request, form, _changed(rows, form["do"]), {})
    try:
        await services(request).quality.put_card(_draft(form, rows), user_of(request).id)
    except REFUSALS as error:
        return _page(request, form, rows, errors_of(request, error, FIELDS), status_for(error))
    raise back_to(ADDRESS)


@requires(Permission.EDIT_ANALYSIS)
async def remove_form(request: web.Request) -> web.StreamResponse:
    """What goes with it?"""
    card = services(request).quality.cards.get(request.match_info["id"])
    return render(request, "admin/scorecard_remove.html", card=card)


@requires(Permission.EDIT_ANALYSIS)
async def remove(request: web.Request) -> web.StreamResponse:
    """Forget a card and its reviews."""
    await services(request).quality.cards.remove(request.match_info["id"], user_of(request).id)
    raise back_to(ADDRESS)


@requires(Permission.EDIT_ANALYSIS)
async def set_blind(request: web.Request) -> web.StreamResponse:
    """Whether reviewers see each other's answers before their own review is finished."""
    form = await read_form(request)
    await services(request).quality.cards.set_blind("blind" in form, user_of(request).id)
    raise back_to(ADDRESS)


@requires(Permission.EDIT_ANALYSIS)
async def again(request: web.Request) -> web.StreamResponse:
    """Answer the automatic questions of the latest calls once more."""
    since = datetime.now(UTC) - timedelta(days=AGAIN_DAYS)
    count = await services(request).quality.auto.again_since(since)
    raise back_to(f"{ADDRESS}?again={count}")


def _page(
    request: web.Request, form: Mapping[str, str], rows: list[Row], errors: Errors, status: int = 200
) -> web.Response:
    house = services(request)
    context: dict[str, Any] = {"measures": tuple(MEASURES.values()), "kinds": KINDS, "directions": DIRECTIONS}
    return render(
        request,
        "admin/scorecard.html",
        status=status,
        form=form,
        rows=rows,
        errors=errors,
        trackers=house.trackers.all(),
        most_questions=MOST_QUESTIONS,
        **context,
    )


# ---------------------------------------------------------------- form and card


def _form_of(card: Card) -> dict[str, str]:
    return {
        "id": card.id,
        "name": card.name,
        "active": "1" if card.active else "",
        "queues": ", ".join(card.scope.queues),
        "teams": ", ".join(card.scope.teams),
    } | {f"direction-{each}": "1" for each in card.scope.directions}


def _row_of(question: Question) -> Row:
    rule = question.rule
    return {
        "id": question.id,
        "text": question.text,
        "kind": question.kind,
        "weight": str(question.weight),
        "active": "1" if question.active else "",
        "measure": rule.measure,
        "least": _plain(rule.least),
        "most": _plain(rule.most),
        "tracker": rule.tracker_id,
    }


def _rows(form: Mapping[str, str]) -> list[Row]:
    """The questions of the form, whose fields are called `q-NUMBER-FIELD`."""
    rows: dict[int, Row] = {}
    for name, value in form.items():
        prefix, _, rest = name.partition("-")
        number, _, field = rest.partition("-")
        if prefix == "q" and number.isdecimal() and len(number) < 4:
            rows.setdefault(int(number), {})[field] = value
    return [rows[number] for number in sorted(rows)][: MOST_QUESTIONS + 1]


def _changed(rows: list[Row], do: str) -> list[Row]:
    """`add`, or `up-N`, `down-N`, `remove-N` of the N-th question."""
    what, _, number = do.partition("-")
    if what == "add":
        return [*rows, BLANK]
    at = whole_number(number)
    if at is None or at >= len(rows):
        return rows
    row = rows.pop(at)
    if what != "remove":
        rows.insert(max(at + (-1 if what == "up" else 1), 0), row)
    return rows


def _draft(form: Mapping[str, str], rows: list[Row]) -> Card:
    """The card that a form means; the service checks its values."""
    scope = Scope(
        queues=_names(form.get("queues", "")),
        teams=_names(form.get("teams", "")),
        directions=tuple(each for each in DIRECTIONS if f"direction-{each}" in form),
    )
    questions = tuple(_question(row) for row in rows)
    return Card(
        id=form.get("id", ""), name=form.get("name", ""), scope=scope, active="active" in form, questions=questions
    )


def _question(row: Row) -> Question:
    weight = whole_number(row.get("weight", ""))
    rule = Rule(
        measure=row.get("measure", ""),
        least=_figure(row.get("least", "")),
        most=_figure(row.get("most", "")),
        tracker_id=row.get("tracker", ""),
    )
    return Question(
        id=row.get("id", ""),
        text=row.get("text", ""),
        kind=cast(Kind, row.get("kind", "")),
        weight=-1 if weight is None else weight,
        rule=rule,
        active="active" in row,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.replace("،", ",").split(",") if name.strip())


def _figure(text: str) -> float | None:
    """A figure, None where none was written or what was is none."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < 1e6 else None


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def routes() -> list[web.RouteDef]:
    """Score cards."""
    return [
        web.get(ADDRESS, page),
        web.post(ADDRESS, put),
        web.post(f"{ADDRESS}/blind", set_blind),
        web.post(f"{ADDRESS}/again", again),
        web.get(f"{ADDRESS}/{{id}}", edit),
        web.get(f"{ADDRESS}/{{id}}/remove", remove_form),
        web.post(f"{ADDRESS}/{{id}}/remove", remove),
    ]
