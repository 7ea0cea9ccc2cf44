"""The card's HTML, made where no request is: pushed to the reader's screen."""

from collections.abc import Callable

import jinja2

from screenpop.agents.model import User
from screenpop.agents.rights import Permission
from screenpop.cards.model import Card
from screenpop.config import Config
from screenpop.pops.model import Pop
from screenpop.pops.service import Work
from web import i18n

TEMPLATE = "card/card.html"


class CardRenderer:
    """Makes the card for one reader at a time: in the reader's language, zone and with the reader's rights."""

    def __init__(
        self, environment: jinja2.Environment, config: Config, name_at: Callable[[str], str] = lambda extension: ""
    ) -> None:
        self._template, self._config, self._name_at = environment.get_template(TEMPLATE), config, name_at

    def __call__(self, pop: Pop, card: Card, work: Work, user: User) -> str:
        """The whole `<article>`."""
        site = self._config.site
        with i18n.use(user.locale or site.locale, user.timezone or site.timezone):
            return self._template.render(
                pop=pop,
                card=card,
                note=work.note,
                result=work.result,
                config=self._config,
                name_at=self._name_at,
                may=lambda permission: user.may(Permission(permission)),
            )
