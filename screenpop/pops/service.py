"""Pops on screens: call facts in, cards out, to those who sit at the extension and have pop-ups on.

On the wire (`GET /api/pops` gives `{"last_id", "pops": [POP, …]}`, the stream's event `pop` one POP; JSON):

| key | meaning |
|---|---|
| `id` | of the pop; stays the same while the card lives |
| `version` | grows with every update; an older one that comes late is dropped |
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
| `POST /api/pops/ID/choose` | `customer_id` ("" takes the choice back) |
| `POST /api/pops/ID/note` | `text`, `result` (either may be left out) |
| `POST /api/pops/ID/customer` | `name`, `company`, `category`, `note`, `city`, `country`: a new customer with this number |
| `POST /api/pops/ID/number` | `customer_id`: this number becomes one of that customer's |
| `GET /api/pops/ID/candidates?q=TEXT` | customers for "add this number to…": `{"rows": [{"id","name","company","number"}]}` |
"""
