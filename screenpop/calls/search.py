"""Which calls: one frozen value from the address of the call log, and back to it.

`/calls?PARAMETERS` (and `/calls/export.csv`, `/calls/export.xlsx`) take these; what is left out does not mind. A name
may be given several times: any of its values will do. Different names must all hold.

| name | value |
|---|---|
| `period` | `today` `yesterday` `week` `last_week` `month` `last_month` `year`, or `30d` (today and the 29 days before) |
| `from`, `to` | a day, `2026-03-01` (`to` is included), or a moment, `2026-03-01T14:00` (`to` is not) |
| `direction` | `incoming` `outgoing` `internal` |
| `agent` | an extension (who took the call, or whose phone rang last), or a user's id |
| `team` | the group of the user who took or placed the call |
| `queue`, `line` | the queue's name; the called number of ours, as the call has it |
| `customer` | a customer's id, or `unknown` for calls of nobody we know |
| `category` | the id of the customer's category |
| `number` | any part of the other side's number, as people write it |
| `result` | `answered` `missed` `abandoned` `no_answer` `busy` `failed` |
| `min_talk`, `max_talk` | talk time in seconds, or `3:00`; both are included |
| `min_wait`, `max_wait` | time in queues, the same way |
| `tag`, `disposition` | as people put them |
| `tracker` | the id of a tracker whose words were said |
| `min_score`, `max_score` | 0 to 100; both are included |
| `sentiment` | `bad` `neutral` `good` |
| `recorded` | `yes` or `no` |
| `follow_up` | `open` `overdue` `done`, or `any` |
| `q` | words of notes and transcripts, the customer's name or number; "a phrase" in quotes, `begin*` |
| `hour` | 0 to 23: the hour in which the call began |
| `weekday` | 0 (Monday) to 6 |
| `sort` | `time` (default) `talk` `wait` `score`: the newest, longest, highest first; `-time` … the other way round |

Days, hours and weekdays are those of the reader's time zone. A value that cannot be read is a BadInput whose `field`
is the name; other names are not looked at (a page has some of its own).
"""
