"""Each bench in a process of its own, so that none finds the memory and the caches of another."""

import importlib
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.bench.table import Row


def run_apart(name: str, quick: bool) -> list[Row]:
    """The rows of one bench."""
    print(f"{name} …", file=sys.stderr)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(run_here, name, quick).result()


def run_here(name: str, quick: bool) -> list[Row]:
    """The same in this process."""
    rows: list[Row] = importlib.import_module(f"tests.bench.{name}").run(quick)
    return rows
