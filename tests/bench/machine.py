"""On what it was measured, in words that fit any machine."""

import os
import platform
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("uvloop", "aiohttp", "panoramisk", "SQLAlchemy", "phonenumbers", "playwright")


def facts() -> Mapping[str, str]:
    """Processor, memory, kernel and versions; nothing that names the machine."""
    processor = _first(r"model name\s*:\s*(.+)", "/proc/cpuinfo")
    kibibytes = int(_first(r"MemTotal:\s*(\d+)", "/proc/meminfo") or 0)
    return {
        "processor": f"{processor}, {os.cpu_count()} cores",
        "memory": f"{kibibytes / 2**20:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release().split('-')[0]}",
        "Python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        "SQLite": sqlite3.sqlite_version,
        "Chromium": _chromium(),
        "load before the run": f"{os.getloadavg()[0]:.1f}, niceness {os.nice(0)}",
    }


def _first(pattern: str, file: str) -> str:
    found = re.search(pattern, Path(file).read_text())
    return found[1].strip() if found else ""


def _chromium() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        return "none"
    output = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    return (re.search(r"\d[\d.]+", output) or ["?"])[0]
