"""Score cards, reviews and automatic answers, put together."""

from dataclasses import dataclass

from screenpop.analysis.trackers import Trackers
from screenpop.bus import Bus
from screenpop.quality import store as rows
from screenpop.quality.auto import MOST, AutoScores
from screenpop.quality.calibration import Calibrations
from screenpop.quality.cards import ScoreCards
from screenpop.quality.model import Card
from screenpop.quality.reviews import Reviews
from screenpop.store.engine import Store


@dataclass(frozen=True, slots=True)
class Quality:
    """The review of calls: `cards` an admin keeps, `reviews` people write, `auto` answers by itself."""

    store: Store
    cards: ScoreCards
    reviews: Reviews
    auto: AutoScores
    calibrations: Calibrations

    async def put_card(self, draft: Card, actor: str) -> Card:
        """Keep a card; calls that were reviewed by it are counted again. Raises what `ScoreCards.put` does."""
        made = await self.cards.put(draft, actor)
        async with self.store.read() as tx:
            self.auto.again(await rows.reviewed_by(tx, made.id, MOST))
        return made


def make_quality(store: Store, bus: Bus, trackers: Trackers) -> Quality:
    """Everything on this store."""
    cards = ScoreCards(store, bus, trackers)
    return Quality(store, cards, Reviews(store, bus, cards), AutoScores(store, bus, cards), Calibrations(store, cards))
