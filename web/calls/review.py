"""The score card of a call: reviewers fill it in beside the player, the agent reads what came out."""

from typing import Any

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.errors import BadInput, NotFound
from screenpop.quality.measures import MEASURES, of_words
from screenpop.quality.model import SCALE, Answer, Question, to_choice
from screenpop.quality.reviews import Sheet
from web.forms import errors_of, read_form, status_for
from web.keys import services, user_of
from web.render import render
from web.security import requires

ADDRESS = "/calls/{id}/review"
PREFIX = "q-"


@requires(Permission.USE_PANEL)
async def part(request: web.Request) -> web.StreamResponse:
    """The score card alone, as it stands now."""
    return _part(request, await _sheet(request))


@requires(Permission.REVIEW_CALLS)
async def write(request: web.Request) -> web.StreamResponse:
    """Keep what was answered so far; with `done=1` it is finished. Without `X-Part` the answer leads back to the
    call."""
    form = await read_form(request)
    choices = {name.removeprefix(PREFIX): value for name, value in form.items() if name.startswith(PREFIX)}
    reviews = services(request).quality.reviews
    try:
        await reviews.write(
            user_of(request), await _call_id(request), choices, form.get("comment", ""), done=form.get("done") == "1"
        )
    except BadInput as error:
        errors = errors_of(request, error, ("comment",))
        return _part(request, await _sheet(request), errors, status_for(error))
    return await _answer(request)


@requires(Permission.REVIEW_CALLS)
async def remove(request: web.Request) -> web.StreamResponse:
    """Take the own review back."""
    await services(request).quality.reviews.remove(user_of(request), await _call_id(request))
    return await _answer(request)


async def _answer(request: web.Request) -> web.StreamResponse:
    if "X-Part" in request.headers:
        return _part(request, await _sheet(request))
    address = request.path.rpartition("/review")[0]
    raise web.HTTPSeeOther(f"{address}#review")


async def review_of(request: web.Request, call_id: str) -> dict[str, Any]:
    """What the page of a call gives `calls/review.html`: `review` is None where there is nothing to show."""
    return _context(await services(request).quality.reviews.sheet(user_of(request), call_id), {})


async def _sheet(request: web.Request) -> Sheet:
    sheet = await services(request).quality.reviews.sheet(user_of(request), await _call_id(request))
    if sheet is None:
        raise NotFound("There is no score card for this call.")
    return sheet


async def _call_id(request: web.Request) -> str:
    return await services(request).calls.kept_as(request.match_info["id"])


def _part(request: web.Request, sheet: Sheet, errors: dict[str, str] | None = None, status: int = 200) -> web.Response:
    return render(request, "calls/review_part.html", status=status, **_context(sheet, errors or {}))


def _context(sheet: Sheet | None, errors: dict[str, str]) -> dict[str, Any]:
    return {
        "review": sheet,
        "review_errors": errors,
        "measures": MEASURES,
        "of_words": of_words,
        "scale": range(1, SCALE + 1),
        "choice_of": choice_of,
    }


def choice_of(question: Question, answers: dict[str, Answer]) -> str:
    """What the form has for the answer to a question."""
    return to_choice(question, answers.get(question.id))


def routes() -> list[web.RouteDef]:
    """Reviews."""
    return [
        web.get(ADDRESS, part),
        web.post(ADDRESS, write),
        web.post(f"{ADDRESS}/remove", remove),
    ]
