"""What agents can say of a call: the list, one a line."""

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.calls.dispositions import DEFAULT
from web.forms import REFUSALS, Errors, errors_of, read_form, status_for
from web.i18n import gettext
from web.keys import services, user_of
from web.render import reading, render
from web.security import requires

ADDRESS = "/admin/results"
WORDS = {"done": "Done", "call_back": "Call back", "passed_on": "Passed on", "wrong_number": "Wrong number"}
"""DEFAULT in the words of the catalogues, as `ui.disposition` says them."""


@requires(Permission.EDIT_CATEGORIES)
async def page(request: web.Request) -> web.StreamResponse:
    """The list."""
    return _page(request, _shown(request), {})


@requires(Permission.EDIT_CATEGORIES)
async def put(request: web.Request) -> web.StreamResponse:
    """Set it anew; cards that come from now on have it."""
    form = await read_form(request)
    keys = {word.casefold(): key for key, word in [*WORDS.items(), *_translated(request).items()]}
    words = [keys.get(line.strip().casefold(), line) for line in form.get("list", "").splitlines()]
    try:
        await services(request).work.dispositions.put(words, user_of(request).id)
    except REFUSALS as error:
        return _page(request, form.get("list", ""), errors_of(request, error, ("list",)), status_for(error))
    return _page(request, _shown(request), {}, saved=True)


def _shown(request: web.Request) -> str:
    words = _translated(request)
    return "\n".join(words.get(key, key) for key in services(request).work.dispositions.all())


def _translated(request: web.Request) -> dict[str, str]:
    with reading(request):
        return {key: gettext(WORDS[key]) for key in DEFAULT}


def _page(request: web.Request, text: str, errors: Errors, status: int = 200, saved: bool = False) -> web.Response:
    return render(request, "admin/results.html", status=status, text=text, errors=errors, saved=saved)


def routes() -> list[web.RouteDef]:
    """Both."""
    return [web.get(ADDRESS, page), web.post(ADDRESS, put)]
