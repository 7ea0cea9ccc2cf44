"""What the panel's handlers work with: one typed key for each."""

from dataclasses import dataclass

import jinja2
from aiohttp import web

from screenpop.agents.extensions import Extensions
from screenpop.agents.model import User
from screenpop.agents.people import People
from screenpop.agents.presence import Presences
from screenpop.agents.users import Users
from screenpop.analysis.service import Analyses
from screenpop.analysis.trackers import Trackers
from screenpop.board.listeners import Listeners
from screenpop.board.service import Board
from screenpop.board.settings import BoardSettings
from screenpop.bus import Bus
from screenpop.calls.comments import Comments
from screenpop.calls.finder import CallFinder
from screenpop.calls.log import CallLog
from screenpop.calls.missed import Missed
from screenpop.calls.saved import SavedFilters
from screenpop.calls.work import CallWork
from screenpop.cards.layouts import Layouts
from screenpop.cards.service import Cards
from screenpop.config import Config
from screenpop.customers.categories import Categories
from screenpop.customers.service import Customers
from screenpop.errors import NotAllowed
from screenpop.hub import Hub
from screenpop.lines import Lines
from screenpop.numbers import Numbers
from screenpop.pbx import PbxCare, PbxCheck, PbxControl, PbxEar, PbxRecorder, PbxState, SampleCalls
from screenpop.pops.service import Pops
from screenpop.quality.service import Quality
from screenpop.recordings.expiry import Expiry
from screenpop.recordings.listens import Listens
from screenpop.recordings.service import Recordings
from screenpop.recordings.settings import RecordingSettings
from screenpop.recordings.shares import Shares
from screenpop.reports.delivery import Deliveries
from screenpop.reports.schedules import Schedules
from screenpop.reports.service import Reports
from screenpop.store.engine import Store
from web.sessions import Session, Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything the panel needs of the house, handed down by the composition root."""

    config: Config
    bus: Bus
    store: Store
    hub: Hub
    numbers: Numbers
    users: Users
    people: People
    presences: Presences
    sessions: Sessions
    extensions: Extensions
    customers: Customers
    categories: Categories
    lines: Lines
    layouts: Layouts
    cards: Cards
    pops: Pops
    calls: CallLog
    missed: Missed
    finder: CallFinder
    filters: SavedFilters
    recordings: Recordings
    recording_settings: RecordingSettings
    expiry: Expiry
    listens: Listens
    shares: Shares
    analyses: Analyses
    comments: Comments
    work: CallWork
    trackers: Trackers
    quality: Quality
    board: Board
    board_settings: BoardSettings
    listeners: Listeners
    reports: Reports
    schedules: Schedules
    deliveries: Deliveries
    pbx: PbxState
    control: PbxControl | None = None
    """Acts on calls; None where ARI and AMI actions are not to be had."""
    ear: PbxEar | None = None
    """Lets a supervisor into calls; None where AMI actions are not to be had."""
    care: PbxCare | None = None
    """Looks after the link to the PBX; None where there is none of our own."""
    check: PbxCheck | None = None
    """Looks at the attachment, for the admin's page; None where nobody can."""
    recorder: PbxRecorder | None = None
    """Records and pauses; None where AMI actions are not to be had."""
    demo: SampleCalls | None = None
    """Places sample calls; only where Ringdesk runs as its own demo."""


SERVICES = web.AppKey("services", Services)
TEMPLATES = web.AppKey("templates", jinja2.Environment)
USER = web.RequestKey("user", User)
SESSION = web.RequestKey("session", Session)


def services(request: web.Request) -> Services:
    """The services of the application that `request` came to."""
    return request.app[SERVICES]


def user_of(request: web.Request) -> User:
    """Who is signed in. Raises NotAllowed where nobody is."""
    if USER not in request:
        raise NotAllowed("Sign in first.")
    return request[USER]
