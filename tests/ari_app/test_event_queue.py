"""Between reader and worker: in order, bounded, and nobody kept waiting."""

import asyncio
import time

from ari_app.event_queue import EventQueue
from tests.until import until


async def test_events_come_in_order_and_others_run_meanwhile():
    seen: list[int] = []
    turns = 0

    def slowly(event: int, at: float) -> None:
        time.sleep(0.001)
        seen.append(event)

    queue = EventQueue(slowly, turn=0.005)
    for number in range(100):
        queue.put(number, 0.0)
    task = asyncio.create_task(queue.run())
    while len(seen) < 100:
        turns += 1
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert seen == list(range(100))
    assert turns > 10


async def test_full_queue_takes_nothing_more_and_a_held_one_gives_nothing():
    seen: list[int] = []
    queue = EventQueue(lambda event, at: seen.append(event), limit=2)
    queue.hold()
    task = asyncio.create_task(queue.run())
    assert [queue.put(number, 0.0) for number in range(3)] == [True, True, False]
    await asyncio.sleep(0)
    assert (seen, len(queue)) == ([], 2)
    queue.release()
    await until(lambda: seen == [0, 1])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
