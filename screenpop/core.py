"""The core put together: everything of `screenpop` on one configuration and one store, without panel and PBX."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from screenpop import numbers as phone_numbers
from screenpop.agents.extensions import Extensions
from screenpop.agents.passwords import Passwords
from screenpop.agents.people import People
from screenpop.agents.presence import Presences
from screenpop.agents.users import Users
from screenpop.analysis.service import Analyses
from screenpop.analysis.trackers import Trackers
from screenpop.board.listeners import Listeners
from screenpop.board.names import OtherSides
from screenpop.board.seams import Seams as BoardSeams
from screenpop.board.service import Board
from screenpop.board.settings import BoardSettings
from screenpop.bus import Bus
from screenpop.calls.comments import Comments
from screenpop.calls.finder import CallFinder
from screenpop.calls.hearing import may_hear
from screenpop.calls.log import CallLog
from screenpop.calls.missed import Missed
from screenpop.calls.queue_members import QueueMembers
from screenpop.calls.saved import SavedFilters
from screenpop.calls.work import CallWork
from screenpop.cards.last_calls import LoggedLastCalls
from screenpop.cards.layouts import Layouts
from screenpop.cards.sections import installed
from screenpop.cards.service import Cards, Sources
from screenpop.config import Config
from screenpop.customers.categories import Categories
from screenpop.customers.index import NumberIndex
from screenpop.customers.service import Customers
from screenpop.hub import Hub
from screenpop.lines import Lines
from screenpop.notifications.live import Live
from screenpop.notifications.progress import Progress
from screenpop.numbers import Numbers
from screenpop.pops.seams import Renderer, Seams
from screenpop.pops.service import Pops
from screenpop.quality.service import Quality, make_quality
from screenpop.recordings.archive import Archive, open_archive
from screenpop.recordings.choice import Chooser, Said
from screenpop.recordings.expiry import Expiry
from screenpop.recordings.listens import Listens
from screenpop.recordings.service import Recordings
from screenpop.recordings.settings import RecordingSettings
from screenpop.recordings.shares import Shares
from screenpop.reports.schedules import Schedules
from screenpop.reports.service import Reports
from screenpop.store.engine import Store, default_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What there is, ready to be used. `pops` needs a renderer and is made by `make_pops`."""

    config: Config
    store: Store
    bus: Bus
    hub: Hub
    numbers: Numbers
    index: NumberIndex
    customers: Customers
    categories: Categories
    lines: Lines
    layouts: Layouts
    users: Users
    extensions: Extensions
    people: People
    presences: Presences
    calls: CallLog
    queue_members: QueueMembers
    missed: Missed
    finder: CallFinder
    filters: SavedFilters
    listens: Listens
    shares: Shares
    analyses: Analyses
    comments: Comments
    work: CallWork
    cards: Cards
    live: Live
    progress: Progress
    archive: Archive
    recordings: Recordings
    recording_settings: RecordingSettings
    expiry: Expiry
    chooser: Chooser
    trackers: Trackers
    quality: Quality
    board: Board
    board_settings: BoardSettings
    listeners: Listeners
    reports: Reports
    schedules: Schedules


def store_url(config: Config) -> str:
    """Where the store of this configuration is."""
    return default_url(config.server.data_dir)


@asynccontextmanager
async def opened(config: Config, passwords: Passwords | None = None) -> AsyncIterator[Core]:
    """The core on the store of `config`, which must be migrated; closed at the end of the block."""
    core = _make(config, Store.open(store_url(config)), passwords or Passwords())
    try:
        for kept in (core.users, core.extensions, core.lines, core.layouts, core.queue_members, core.board_settings):
            await kept.load()
        await core.recording_settings.load()
        await core.trackers.load()
        await core.quality.cards.load()
        await core.board.load()
        await core.work.load()
        await core.index.load(core.store)
        yield core
    finally:
        core.hub.close()
        core.presences.close()
        core.live.close()
        await core.board.close()
        await core.cards.close()
        await core.calls.close()
        await core.store.close()


def make_pops(core: Core, render: Renderer) -> Pops:
    """The pops of this core; `render` makes the card's HTML."""
    return Pops(
        Seams(
            bus=core.bus,
            hub=core.hub,
            cards=core.cards,
            audience=core.users,
            customers=core.customers,
            calls=core.calls,
            render=render,
            recordings=core.recordings,
            ears=core.listeners,
        )
    )


def warm_up() -> None:
    """Load what would otherwise be loaded while the first phone rings; call it in a thread."""
    phone_numbers.warm()


def _make(config: Config, store: Store, passwords: Passwords) -> Core:
    bus, hub, numbers = Bus(), Hub(), Numbers(config.site.country)
    index = NumberIndex(bus)
    customers = Customers(store, numbers, bus, Path(config.server.data_dir) / "photos", index)
    users, calls = Users(store, bus, passwords), CallLog(store, numbers, bus)
    members = QueueMembers(store, bus)
    extensions = Extensions(store, bus, users, config.extensions)
    people, lines, layouts = People(users, extensions), Lines(store, numbers, bus), Layouts(store, bus)
    presences = Presences(users, bus)
    hub.watch(presences.streams)
    trackers = Trackers(store, bus, config.site.locale)
    board_settings = BoardSettings(store, bus)
    board_seams = BoardSeams(
        bus=bus,
        hub=hub,
        store=store,
        users=users,
        extensions=extensions,
        people=people,
        presences=presences,
        learnt=members,
        lines=lines,
        settings=board_settings,
        others=OtherSides(numbers, index.find, customers.title_of),
    )
    board = Board(board_seams, config.site.timezone)
    archive, recording_settings = open_archive(config), RecordingSettings(store, bus)
    recordings = Recordings(store, bus, archive, config.recordings.min_free_mb)
    sources = Sources(
        numbers=numbers,
        customers=customers,
        lines=lines,
        layouts=layouts,
        people=people,
        company=config.site.company,
        last_calls=LoggedLastCalls(calls),
        sections=installed(),
    )
    finder = CallFinder(store, numbers)
    return Core(
        config=config,
        store=store,
        bus=bus,
        hub=hub,
        numbers=numbers,
        index=index,
        customers=customers,
        categories=Categories(store, bus),
        lines=lines,
        layouts=layouts,
        users=users,
        extensions=extensions,
        people=people,
        presences=presences,
        calls=calls,
        queue_members=members,
        missed=Missed(store, bus, users, members),
        finder=finder,
        filters=SavedFilters(store),
        listens=Listens(store),
        shares=Shares(store, users, partial(may_hear, finder)),
        analyses=Analyses(store, bus),
        comments=Comments(store),
        work=CallWork(store, bus, calls),
        cards=Cards(sources, bus),
        live=Live(bus, hub, users),
        progress=Progress(bus, hub, users, store),
        archive=archive,
        recordings=recordings,
        expiry=Expiry(store, recordings, recording_settings),
        recording_settings=recording_settings,
        chooser=Chooser(recording_settings, numbers, index.find, Said(store)),
        trackers=trackers,
        quality=make_quality(store, bus, trackers),
        board=board,
        board_settings=board_settings,
        listeners=Listeners(store, bus, board.calls, board_settings),
        reports=Reports(store, lambda: board_settings.now.target),
        schedules=Schedules(store, users, config.site.timezone),
    )
