"""Where the lab's Asterisk listens, and the secrets that let one in; kept in its folder."""

import json
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from ari_app.demo.ports import free_media_block, free_ports, is_free


@dataclass(frozen=True, slots=True)
class Access:
    """Where this Asterisk listens and what lets one in. `provider_port`: where it sends calls to outside."""

    ami_port: int
    ari_port: int
    agi_port: int
    sip_port: int
    provider_port: int
    media_port: int
    ami_secret: str
    witness_secret: str
    ari_password: str
    sip_password: str

    @classmethod
    def fresh(cls) -> Self:
        """Free ports and new secrets."""
        ami, ari, agi = free_ports(3)
        sip, provider = free_ports(2, socket.SOCK_DGRAM)
        media = free_media_block()
        return cls(ami, ari, agi, sip, provider, media, *(secrets.token_hex(12) for _ in range(4)))

    def with_free_ports(self) -> "Access":
        """The same secrets, and the same ports where nobody else took one of them meanwhile."""
        tcp, udp = (self.ami_port, self.ari_port, self.agi_port), (self.sip_port, self.provider_port)
        if all(map(is_free, tcp)) and all(is_free(port, socket.SOCK_DGRAM) for port in udp):
            return self
        fresh = Access.fresh()
        ports = {name: value for name, value in asdict(fresh).items() if name.endswith("_port")}
        return replace(self, **ports)


def load_access(folder: Path) -> Access:
    """The access kept in `folder`, on ports that are free; made where there is none yet."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "access.json"
    access = Access(**json.loads(file.read_text())).with_free_ports() if file.exists() else Access.fresh()
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(access), indent=2))
    return access
