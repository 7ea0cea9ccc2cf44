"""The files of the demo: the configuration of its Ringdesk, the logins, and demo.json, which says where all is."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ari_app.demo.lab import Lab
from ari_app.demo.people import AGENTS, COMPANY, DEVICES, GROUPS, LINES, QUEUES, SAMPLE_CALLER, SHARED_NUMBER
from ari_app.demo.ports import LOOPBACK
from ari_app.demo.sample import COUNTRY, Logins


@dataclass(slots=True)
class Demo:
    """What runs, and where."""

    data: Path
    port: int
    lab: Lab
    logins: Logins
    control: str

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def config(self) -> Path:
        return self.data / "ringdesk.toml"


def demo_json(demo: Demo) -> dict[str, Any]:
    """Everything a script needs to use the demo."""
    access = demo.lab.access
    return {
        "url": demo.url,
        "logins": demo.logins,
        "data_dir": str(demo.data),
        "config": str(demo.config),
        "ami": {"host": LOOPBACK, "port": access.ami_port, "username": "ringdesk", "secret": access.ami_secret},
        "ari": {"url": demo.lab.ari_url, "username": "ringdesk", "password": access.ari_password},
        "agi": {"host": LOOPBACK, "port": access.agi_port},
        "sip_port": access.sip_port,
        "sip": [
            {"user": device.name, "extension": device.extension, "password": access.sip_password} for device in DEVICES
        ],
        "numbers": numbers(),
        "control": demo.control,
        "pid": os.getpid(),
    }


def numbers() -> dict[str, Any]:
    """What can be called, and from where."""
    queues = {number: {"name": queue.name, "members": list(queue.members)} for number, queue in QUEUES.items()}
    return {
        "extensions": {agent.extension: agent.name for agent in AGENTS},
        "groups": {number: list(members) for number, members in GROUPS.items()},
        "queues": queues,
        "lines": [{"number": number, "name": name, "company": company} for number, name, company in LINES],
        "customer": SAMPLE_CALLER,
        "shared": SHARED_NUMBER,
    }


def config_text(demo: Demo) -> str:
    """The ringdesk.toml of the demo."""
    access = demo.lab.access
    tables: dict[str, dict[str, Any]] = {
        "server": {"host": LOOPBACK, "port": demo.port, "data_dir": str(demo.data)},
        "ami": {"port": access.ami_port, "username": "ringdesk", "secret": access.ami_secret},
        "ari": {"url": demo.lab.ari_url, "username": "ringdesk", "password": access.ari_password},
        "agi": {"port": access.agi_port},
        "site": {
            "company": COMPANY,
            "country": COUNTRY,
            "timezone": "Europe/London",
            "trunks": ["PJSIP/trunk"],
            "dial_context": "internal",
        },
        "recordings": {"folder": str(demo.lab.recordings_folder)},
        "demo": {"enabled": True, "folder": str(demo.data), "manager_conf": str(demo.lab.manager_conf)},
    }
    lines = ["# Written by `ringdesk demo` at every start: changes are lost.", ""]
    for table, values in tables.items():
        lines += [f"[{table}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items()), ""]
    for agent in AGENTS:
        devices = json.dumps([f"PJSIP/{device.name}" for device in DEVICES if device.extension == agent.extension])
        lines += [
            "[[extensions]]",
            f'number = "{agent.extension}"',
            f'name = "{agent.name}"',
            f"devices = {devices}",
            "",
        ]
    return "\n".join(lines)


def write_files(demo: Demo) -> None:
    """Configuration and logins; an older demo.json goes, because nothing is ready yet."""
    write_atomically(demo.config, config_text(demo))
    write_atomically(demo.data / "logins.json", json.dumps(demo.logins, indent=2))
    (demo.data / "demo.json").unlink(missing_ok=True)


def announce(demo: Demo) -> None:
    """Write demo.json: everything is ready."""
    write_atomically(demo.data / "demo.json", json.dumps(demo_json(demo), indent=2))


def write_atomically(path: Path, text: str) -> None:
    """Whoever reads `path` finds all of it, or what was there before; others than the owner find nothing."""
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    fresh.replace(path)


def read_logins(data: Path) -> Logins:
    """The logins of an earlier run, [] at the first."""
    file = data / "logins.json"
    logins: Logins = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return logins
