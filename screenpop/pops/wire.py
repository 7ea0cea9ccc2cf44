"""Pops on the wire.

`GET /api/pops` gives `{"last_id", "pops": [POP, …]}`, the stream's event `pop` one POP, a JSON object:

| key | meaning |
|---|---|
| `id` | of the pop; stays the same while the card lives |
| `version` | grows with every update; one that is not newer than what is on the screen is dropped |
| `call`, `agent` | the call's id, the extension |
| `state` | `ringing`, `answered`, `answered_elsewhere`, `missed`, `ended` |
| `active`, `held` | ringing or talking; on hold |
| `direction` | `incoming`, `outgoing`, `internal` |
| `title`, `number`, `line` | for the tab's title and the desktop notification: who calls, from where, which company |
| `flag` | `ordinary`, `important`, `problem` |
| `by`, `outcome`, `target` | who answered elsewhere; why it ended; whom it was given to |
| `rang_at`, `answered_at`, `finished_at` | Unix seconds or null |
| `html` | the whole card, from `templates/card/card.html` |

The card's HTML: one `<article data-pop="ID" data-state="STATE">` with the parts `data-part="head"`, `"body"`,
`"work"` (note and result of the call) and `"foot"` (actions). An update for a card that is on the screen replaces
head, body and foot; `work` only while nothing is typed there that was not saved. A pop that is not there any more
is told by the event `pop_gone` (`{"id"}`); a card with unsaved text stays until that is saved or thrown away.

Actions (JSON or form bodies; errors as in `web.errors`; each answers with the POP as it is then, under `pop`):

| request | body |
|---|---|
| `POST /api/pops/ID/dismiss` | answers 204 |
| `POST /api/pops/ID/choose` | `customer_id` ("" takes the choice back); of a withheld number it may be anybody |
| `POST /api/pops/ID/note` | `text`, `result` (either may be left out) |
| `POST /api/pops/ID/customer` | `name`, `company`, `category`, `note`, `city`, `country`: makes a customer |
| `POST /api/pops/ID/call` | answers 204: the asker's phone rings; taken up, it calls the card's number |
| `POST /api/pops/ID/number` | `customer_id`: this number becomes one of that customer's |

For "add this number to…" and "who is it?", `GET /api/pops/ID/candidates?q=TEXT` answers `{"rows": [{"id", "name",
"company", "number", "city"}]}`.
"""

from typing import Any

from screenpop.cards.model import Card
from screenpop.pops.model import Pop


def describe(pop: Pop, card: Card) -> dict[str, Any]:
    """A pop on the wire, all but its HTML; see the head of this file."""
    category = card.customer.category if card.customer else None
    return {
        "id": pop.id,
        "version": pop.version,
        "call": pop.call.id,
        "agent": pop.agent,
        "state": pop.state,
        "active": pop.active,
        "held": pop.held,
        "direction": pop.call.direction,
        "title": card.title,
        "number": card.number.text,
        "line": card.line.company,
        "flag": category.flag if category else "ordinary",
        "by": pop.by,
        "outcome": pop.outcome,
        "target": pop.target,
        "rang_at": pop.rang_at,
        "answered_at": pop.answered_at,
        "finished_at": pop.finished_at,
    }
