"""The card's HTML, made where no request is: pushed to the reader's screen."""

from collections.abc import Callable
from dataclasses import replace

import jinja2
import structlog

from screenpop.agents.model import User
from screenpop.agents.rights import Permission, Role
from screenpop.cards.model import (
    Card,
    CardCustomer,
    CardLastCall,
    CardLine,
    CardNumber,
    CardOrder,
    Layout,
    Money,
)
from screenpop.config import Config
from screenpop.facts import CallView, Party
from screenpop.pops.model import Pop
from screenpop.pops.seams import Work
from web import i18n
from web.fields import DISPOSITIONS

TEMPLATE = "card/card.html"

log = structlog.get_logger(__name__)


class CardRenderer:
    """Makes the card for one reader at a time: in the reader's language, zone and with the reader's rights."""

    def __init__(
        self,
        environment: jinja2.Environment,
        config: Config,
        name_at: Callable[[str], str] = lambda extension: "",
        dispositions: Callable[[], tuple[str, ...]] = lambda: DISPOSITIONS,
    ) -> None:
        self._template, self._config, self._name_at = environment.get_template(TEMPLATE), config, name_at
        self._dispositions = dispositions

    def __call__(self, pop: Pop, card: Card, work: Work, user: User) -> str:
        """The whole `<article>`. What cannot be drawn as laid out is drawn plain: the agent gets the card."""
        try:
            return self._draw(pop, card, work, user)
        except Exception:
            log.exception("card drawn without its layout and further blocks: they failed", call=card.call)
            return self._draw(pop, _plain(card), work, user)

    def _draw(self, pop: Pop, card: Card, work: Work, user: User) -> str:
        site = self._config.site
        with i18n.use(user.locale or site.locale, user.timezone or site.timezone):
            return self._template.render(
                pop=pop,
                card=card,
                note=work.note,
                result=work.result,
                config=self._config,
                name_at=self._name_at,
                dispositions=self._dispositions,
                may=lambda permission: user.may(Permission(permission)),
            )

    def warm_up(self) -> None:
        """Make one card, so that what is read from disk at first use (zones, formats, icons) is there. Blocks."""
        for known in (True, False):
            self(_SAMPLE_POP, _sample_card(known), Work(), _READER)


def _plain(card: Card) -> Card:
    """The card without what is the site's own choice or comes from elsewhere."""
    return replace(card, layout=Layout(), blocks=())


_READER = User(id="", login="warm", name="", role=Role.AGENT)
_SAMPLE_CALL = CallView(
    id="warm", direction="incoming", caller=Party(), to=(), remote=Party("+4930123456"), started_at=1_700_000_000.0
)
_SAMPLE_POP = Pop(id="warm", call=_SAMPLE_CALL, agent="", state="ended", rang_at=1_700_000_000.0)


def _sample_card(known: bool) -> Card:
    customer = CardCustomer(id="warm", name="Warm", city="Berlin", country="DE", timezone="Europe/Berlin", note="-")
    order = CardOrder(id="warm", number="1", title="-", stage="-", amount=200, paid=100, due=100, currency="EUR")
    return Card(
        call="warm",
        direction="incoming",
        started_at=_SAMPLE_CALL.started_at,
        known="known" if known else "unknown",
        line=CardLine(),
        number=CardNumber(raw="+4930123456", international="+49 30 123456", country="DE"),
        customer=customer if known else None,
        orders=(order,) if known else (),
        debt=(Money(amount=100, currency="EUR"),) if known else (),
        last_call=CardLastCall(id="warm", at=1_700_000_000.0, direction="incoming", talk_seconds=61.0),
    )
