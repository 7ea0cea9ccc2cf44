"""A call's page: who with whom, what was said, and what was found in it.

`?part=RECORDING` shows another recorded part, `?t=SECOND` opens there, `?q=WORDS` marks them in the transcript.
"""

import asyncio
import secrets
from typing import Any
from urllib.parse import quote

from aiohttp import web

from screenpop.agents.rights import Permission
from screenpop.analysis.model import Side
from screenpop.calls import sheet as sheets
from screenpop.calls.log import LoggedCall
from screenpop.calls.sheet import Part, Sheet
from screenpop.errors import NotFound
from web.called import line_names, seat_names
from web.calls import waveform
from web.calls.hearing import may_hear
from web.calls.review import review_of
from web.calls.spoken import UNSURE, as_text, lines, way
from web.calls.tone import curves, kind
from web.calls.whose import seen_call
from web.calls.work import work_of
from web.keys import Services, services, user_of
from web.render import reading, render_long
from web.security import requires

ADDRESS = "/calls/{id}"


@requires(Permission.USE_PANEL)
async def show(request: web.Request) -> web.StreamResponse:
    """The page. Whose calls a person sees and hears is decided here, whatever the address says."""
    house, call = services(request), await seen_call(request)
    sheet = await _sheet(house, call)
    part = sheet.part(request.query.get("part", ""))
    if part is None and "part" in request.query:
        raise NotFound("There is no such recording.")
    me = user_of(request)
    hears = await may_hear(house, me, call.id)
    context = await _said(request, house, call, part) if hears and part else {}
    listened = await house.listens.of([each.id for each in sheet.parts]) if me.may(Permission.SEE_ALL_CALLS) else []
    return await render_long(
        request,
        "calls/call.html",
        call=call,
        sheet=sheet,
        part=part,
        hears=hears,
        names=seat_names(house),
        lines=line_names(house, [call]),
        here=f"/calls/{quote(call.id)}",
        people={user.id: user.name for user in house.users.all()},
        listened=listened,
        tones=curves(part.finding.report) if hears and part and part.finding.report else [],
        tone_kind=kind,
        story=await house.calls.story(call.id, house.people.name_at),
        **await work_of(request, call),
        **(NOTHING_SAID | context | await review_of(request, call.id)),
    )


NOTHING_SAID: dict[str, Any] = {
    "transcript": [],
    "player": None,
    "copied": "",
    "unsure": UNSURE,
    "speakers": {},
    "comments": [],
    "shares": [],
    "link": "",
    "way": "auto",
    "review": None,
}


async def _sheet(house: Services, call: LoggedCall) -> Sheet:
    async with house.store.read() as tx:
        found = await sheets.read(tx, call.id)
    if found is None:
        raise NotFound("There is no such call.")
    return found


async def _said(request: web.Request, house: Services, call: LoggedCall, part: Part) -> dict[str, Any]:
    """What a part says, for those who may hear it."""
    spoken = await asyncio.to_thread(lines, part.finding.report.transcript) if part.finding.report else []
    with reading(request):
        speakers = _speakers(house, call, part)
    return {
        "transcript": spoken,
        "speakers": speakers,
        "way": way(part.finding.report.language) if part.finding.report else "auto",
        "shares": await house.shares.of([part.id]) if user_of(request).may(Permission.SHARE_RECORDINGS) else [],
        "comments": await house.comments.of(part.id),
        "copied": as_text(spoken, speakers),
        "player": {
            "audio": f"/calls/{quote(call.id)}/audio/{part.id}?visit={secrets.token_urlsafe(9)}",
            "peaks": waveform.outline(part),
            "marks": waveform.marks(part),
            "speech": waveform.speech(part),
            "at": _second(request.query.get("t", ""), part.seconds),
            "q": request.query.get("q", "").strip()[:200],
        },
    }


def _speakers(house: Services, call: LoggedCall, part: Part) -> dict[Side, str]:
    """Both sides by name; "" where none is known."""
    agent = (part.agent and house.people.name_at(part.agent)) or call.agent_name or call.agent
    return {"agent": agent, "customer": call.customer_name or call.shown_name or call.number}


def _second(text: str, most: float) -> float | None:
    """The second that the address asks for; None for none."""
    try:
        second = float(text)
    except ValueError:
        return None
    return min(second, most) if 0 <= second < float("inf") else None


def routes() -> list[web.RouteDef]:
    """The page."""
    return [web.get(ADDRESS, show)]
