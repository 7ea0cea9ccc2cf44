"""What `ringdesk check` looks at on this machine: files, folders, ports."""

import errno
import os
import pwd
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import aiohttp
import phonenumbers
from sqlalchemy.exc import SQLAlchemyError

from ari_app.check import Finding, fail, ok, warn
from ari_app.migrate import current, head
from screenpop.config import Config, Recordings
from screenpop.errors import BadConfiguration, RingdeskError
from screenpop.recordings.archive import S3Archive, free_megabytes, open_archive
from screenpop.store.engine import default_url


def check_file(path: Path) -> Finding:
    """Whether others can read the passwords in the configuration."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return warn("Configuration", f"{path} can be read by others, and holds passwords", f"chmod 600 {path}")
    return ok("Configuration", str(path))


def check_country(country: str) -> Finding:
    """What a national number is taken for."""
    code = phonenumbers.country_code_for_region(country)
    if not code:
        return fail("Country", f"{country!r} is no country", "set site.country to an ISO 3166 code: GB, DE, IN")
    return ok("Country", f"numbers without a country code are read as those of {country} (+{code})")


def check_data_dir(folder: Path) -> Finding:
    """Whether the database and the photos can be written."""
    what = "Data folder"
    if not folder.is_dir():
        return fail(
            what, f"{folder} is not there", f"install -d -m 700 -o {_user()} {folder}, or change server.data_dir"
        )
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return fail(what, f"{folder} cannot be written", f"chown -R {_user()} {folder}")
    free = os.statvfs(folder)
    megabytes = free.f_bavail * free.f_frsize >> 20
    if megabytes < 500:
        return warn(what, f"only {megabytes} MB are free in {folder}", "make room, or move server.data_dir")
    return ok(what, f"{folder} can be written")


def check_database(folder: Path) -> Finding:
    """Whether the tables are those of this version; an absent database is made at the first start."""
    what = "Database"
    if not (folder / "ringdesk.db").exists():
        return ok(what, "made at the first start")
    try:
        found, needed = current(default_url(folder)), head()
    except (SQLAlchemyError, BadConfiguration) as error:
        return fail(what, f"{folder / 'ringdesk.db'} cannot be read: {error}", "restore it from a backup")
    if found == needed:
        return ok(what, f"at revision {found}")
    return warn(what, f"at revision {found or 'none'}, this version's is {needed}", "ringdesk migrate")


def check_recordings(config: Recordings, ari: bool) -> Finding:
    """Whether the recordings can be had."""
    what, folder = "Recordings", Path(config.folder)
    if not config.folder:
        return (
            ok(what, "fetched through ARI") if ari else warn(what, "not reachable", "set recordings.folder, or use ARI")
        )
    if not folder.is_dir():
        return fail(what, f"{folder} is not there", "set recordings.folder to the PBX's spool/asterisk/recording")
    if not os.access(folder, os.R_OK | os.X_OK):
        return fail(what, f"{folder} cannot be read", f"let {_user()} read it: add it to the group asterisk")
    if not config.keep_wav and not os.access(folder, os.W_OK):
        remedy = f"let {_user()} write there (chmod g+w), or set recordings.keep_wav and delete them by other means"
        return warn(what, f"files in {folder} cannot be taken away, and will fill its disk", remedy)
    return ok(what, f"{folder} can be read")


def check_archive(config: Config) -> Finding:
    """Whether there is a place for recordings, with room. Blocks."""
    what, archive = "Archive", open_archive(config)
    here = Path(config.server.data_dir)
    try:
        if isinstance(archive, S3Archive):
            archive.probe()
        else:
            here = Path(archive.place)
    except RingdeskError as error:
        return fail(what, f"{archive.place}: {error}", "look at recordings.archive and the recordings.s3_ keys")
    there = next(folder for folder in (here, *here.parents) if folder.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        return fail(what, f"{here} cannot be written", f"let {_user()} write to {there}, or change recordings.archive")
    free, wanted = free_megabytes(there), config.recordings.min_free_mb
    if free < wanted:
        remedy = "make room, or lower recordings.min_free_mb: recordings wait in the PBX's folder until then"
        return warn(what, f"only {free} MB are free for {archive.place}, {wanted} are wanted", remedy)
    return ok(what, f"recordings go to {archive.place}, {free} MB are free")


async def check_ports(config: Config) -> list[Finding]:
    """Whether the panel and FastAGI can listen; a Ringdesk that runs already holds both."""
    runs = await _ringdesk_runs(config)
    findings = [_port("Panel port", "server", config.server.host, config.server.port, runs)]
    if config.agi.enabled:
        findings.append(_port("AGI port", "agi", config.agi.host, config.agi.port, runs))
    return findings


def _port(what: str, section: str, host: str, port: int, runs: bool) -> Finding:
    error = bind_error(host, port)
    if error is None:
        return ok(what, f"{host}:{port} is free")
    if error.errno == errno.EADDRINUSE and runs:
        return ok(what, f"{host}:{port} is held by the Ringdesk that runs")
    return fail(
        what, f"{host}:{port} cannot be had: {error.strerror}", _REMEDIES.get(error.errno or 0, _OTHER)(section)
    )


_OTHER: Callable[[str], str] = "look at {0}.host and {0}.port".format
_REMEDIES: dict[int, Callable[[str], str]] = {
    errno.EADDRINUSE: "another program listens there: stop it, or change {0}.port".format,
    errno.EADDRNOTAVAIL: "this machine does not have that address: change {0}.host".format,
    errno.EACCES: "ports below 1024 are for root: change {0}.port and put a reverse proxy before it".format,
}


def bind_error(host: str, port: int) -> OSError | None:
    """Why nothing can listen there, or None."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
            tried.listen()
    except OSError as error:
        return error
    return None


async def _ringdesk_runs(config: Config) -> bool:
    """Whether what listens on the panel's port is a Ringdesk."""
    url = f"http://{config.server.host}:{config.server.port}/health"
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2.0)) as client, client.get(url) as answer:
            return bool((await answer.json()).get("status"))
    except (aiohttp.ClientError, TimeoutError, ValueError, AttributeError):
        return False


def _user() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name
