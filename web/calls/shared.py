"""What somebody with a link to a recording sees: a player, the date, the duration, and nothing of whom it is about."""

import time
from collections import deque
from collections.abc import Callable

from aiohttp import web

from screenpop.calls.sheet import Part, parts
from screenpop.errors import NotFound
from screenpop.recordings.shares import LINK, LinkEnded, Share
from screenpop.store.tables import recording
from web.calls import waveform
from web.calls.audio import ENDINGS, file_of, sound
from web.formats import moment
from web.keys import services
from web.render import reading, render
from web.security import address_of, public

ADDRESS = "/shared/{token}"
HEADERS = {"X-Robots-Tag": "noindex, nofollow, noarchive", "Referrer-Policy": "no-referrer"}
WINDOW = 300.0
"""Seconds in which the page is shown so often to one address, and not more often."""
MOST = 40
MOST_ADDRESSES = 10_000


class Visits:
    """How often each address came lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._times = clock, dict[str, deque[float]]()

    def too_many(self, address: str) -> bool:
        """Note that the address comes; did it come too often?"""
        now = self._clock()
        times = self._times.setdefault(address, deque(maxlen=MOST))
        if len(times) == MOST and now - times[0] < WINDOW:
            return True
        times.append(now)
        if len(self._times) > MOST_ADDRESSES:
            self._times = {who: each for who, each in self._times.items() if now - each[-1] < WINDOW}
        return False


VISITS = web.AppKey("shared_visits", Visits)


@public
async def show(request: web.Request) -> web.StreamResponse:
    """The page. Each time that it is shown is counted, and stands in the audit."""
    if request.app[VISITS].too_many(address_of(request)):
        return render(request, "calls/shared_ended.html", status=429, headers=HEADERS, why="often")
    try:
        share = await _share(request)
        part = await _part(request, share)
    except NotFound as error:
        ended = isinstance(error, LinkEnded)
        why = "ended" if ended else "unknown"
        return render(request, "calls/shared_ended.html", status=410 if ended else 404, headers=HEADERS, why=why)
    if request.method == "GET":
        await services(request).shares.opened(share, address_of(request))
    return render(request, "calls/shared.html", headers=HEADERS, share=share, part=part, player=_player(request, part))


@public
async def play(request: web.Request) -> web.StreamResponse:
    """The sound, or a range of it."""
    share = await _share(request)
    part = await services(request).recordings.get(share.recording_id)
    path = await file_of(services(request), part)
    if request.method == "GET":
        await services(request).listens.listened(LINK, part.id, f"{share.id[:12]} {address_of(request)}")
    return _plain(sound(path, part))


@public
async def download(request: web.Request) -> web.StreamResponse:
    """The file, where the link allows that. Its name says nothing of whom it is about."""
    share = await _share(request)
    if not share.may_download:
        raise NotFound("This link is for listening only.")
    part = await services(request).recordings.get(share.recording_id)
    path = await file_of(services(request), part)
    if request.method == "GET":
        await services(request).listens.did(LINK, "download", part.id)
    with reading(request):
        name = f"{moment(part.started_at):%Y-%m-%d}.{ENDINGS.get(part.format, 'bin')}"
    return _plain(sound(path, part, name))


async def _share(request: web.Request) -> Share:
    return await services(request).shares.follow(request.match_info["token"][:100])


async def _part(request: web.Request, share: Share) -> Part:
    async with services(request).store.read() as tx:
        return (await parts(tx, recording.c.id == share.recording_id))[0]


def _player(request: web.Request, part: Part) -> dict[str, object]:
    here = request.path
    return {
        "audio": f"{here}/audio",
        "peaks": waveform.outline(part),
        "marks": waveform.gaps(part),
        "speech": waveform.speech(part),
        "at": None,
    }


def _plain(answer: web.FileResponse) -> web.FileResponse:
    answer.headers.update(HEADERS)
    return answer


def routes() -> list[web.RouteDef]:
    """The shared page."""
    return [web.get(ADDRESS, show), web.get(f"{ADDRESS}/audio", play), web.get(f"{ADDRESS}/download", download)]
