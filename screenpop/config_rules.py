"""Which values of the configuration make sense: a table of rules."""

import ipaddress
import re
import zoneinfo
from collections.abc import Callable, Iterable
from email.utils import parseaddr
from operator import attrgetter
from typing import Any

import phonenumbers

from screenpop.config import Config
from screenpop.errors import BadConfiguration


def _is_country(code: str) -> bool:
    return code in phonenumbers.SUPPORTED_REGIONS


def _is_timezone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):  # OSError: `Europe` alone is a folder
        return False
    return True


def _is_port(number: int) -> bool:
    return 0 < number < 65536


def _is_web_address(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _is_archive(place: str) -> bool:
    return not place or place.startswith("/") or bool(re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(/.*)?", place))


def _is_language(code: str) -> bool:
    return not code or (len(code) in (2, 3) and code.isascii() and code.islower() and code.isalpha())


def _are_networks(names: Iterable[str]) -> bool:
    try:
        return all(ipaddress.ip_network(name, strict=False) for name in names)
    except ValueError:
        return False


def _are_devices(names: Iterable[str]) -> bool:
    return all(all(name.partition("/")) for name in names)


def _is_sender(text: str) -> bool:
    return not text or ("@" in parseaddr(text)[1] and text.isprintable())


RULES: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("server.port", _is_port, "a port is a number from 1 to 65535"),
    ("server.public_url", lambda url: not url or _is_web_address(url), "an address begins with http:// or https://"),
    ("ami.port", _is_port, "a port is a number from 1 to 65535"),
    ("ari.url", _is_web_address, "an address begins with http:// or https://"),
    ("agi.port", _is_port, "a port is a number from 1 to 65535"),
    ("agi.allow", _are_networks, "write addresses or networks, 192.0.2.7 or 192.0.2.0/24"),
    ("agi.deadline_ms", lambda ms: 0 < ms <= 10_000, "give 1 to 10000 milliseconds"),
    ("mail.port", lambda port: port == 0 or _is_port(port), "a port is a number from 1 to 65535"),
    ("mail.security", lambda name: name in ("none", "starttls", "tls"), "write none, starttls or tls"),
    ("mail.sender", _is_sender, "write an address: reports@example.com, or Ringdesk <reports@example.com>"),
    ("mail.timeout", lambda seconds: 1 <= seconds <= 300, "give 1 to 300 seconds"),
    ("site.country", _is_country, "write the ISO 3166 code of a country in capitals: GB, DE, IN"),
    ("site.timezone", _is_timezone, "write a name of the time zone database: Europe/London, Asia/Kolkata"),
    ("recordings.archive", _is_archive, "write a folder from the root, /srv/recordings, or s3://bucket/prefix"),
    (
        "recordings.s3_endpoint",
        lambda url: not url or _is_web_address(url),
        "an address begins with http:// or https://",
    ),
    ("recordings.min_free_mb", lambda megabytes: megabytes >= 0, "give megabytes"),
    ("analysis.workers", lambda count: 0 < count <= 64, "give 1 to 64"),
    ("analysis.threads", lambda count: 0 < count <= 64, "give 1 to 64"),
    ("analysis.timeout", lambda seconds: 0 < seconds <= 3600, "give 1 to 3600 seconds"),
    ("analysis.language", _is_language, "write the ISO 639-1 code of a language in small letters: en, de, fa"),
    ("analysis.url", lambda url: not url or _is_web_address(url), "an address begins with http:// or https://"),
    ("site.trunks", _are_devices, "write devices with their technology: PJSIP/provider"),
)


def refuse_bad_values(config: Config) -> None:
    """Raises BadConfiguration for the first value that makes no sense."""
    for key, is_good, remedy in RULES:
        value = attrgetter(key)(config)
        if not is_good(value):
            raise BadConfiguration(f"{key} cannot be {value!r}: {remedy}", key)
    _refuse_one_port_for_two(config)
    _refuse_bad_extensions(config)


def _refuse_one_port_for_two(config: Config) -> None:
    agi, panel = config.agi, config.server
    if agi.enabled and (agi.host, agi.port) == (panel.host, panel.port):
        raise BadConfiguration(f"agi.port cannot be {agi.port}: the panel listens there (server.port)", "agi.port")


def _refuse_bad_extensions(config: Config) -> None:
    seen: set[str] = set()
    for extension in config.extensions:
        if not extension.number or extension.number in seen:
            raise BadConfiguration(
                f"extensions.number {extension.number!r} is empty or given twice", "extensions.number"
            )
        if not _are_devices(extension.devices):
            raise BadConfiguration(
                f"extensions.devices of {extension.number}: write devices with their technology: PJSIP/102-web",
                "extensions.devices",
            )
        seen.add(extension.number)
