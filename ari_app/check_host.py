"""What `ringdesk check` looks at on this machine: files, folders, ports."""

import errno
import os
import pwd
import socket
import stat
from pathlib import Path

import aiohttp
import phonenumbers
from sqlalchemy.exc import SQLAlchemyError

from ari_app.check import Finding, fail, ok, warn
from ari_app.migrate import current, head
from screenpop.config import Config, Recordings
from screenpop.errors import N_, BadConfiguration, RingdeskError
from screenpop.recordings.archive import S3Archive, free_megabytes, open_archive
from screenpop.said import Said, said
from screenpop.store.engine import default_url

USE_A_FOLDER = said("set recordings.folder, or use ARI")
LET_IT_WRITE = N_("let %(user)s write there (chmod g+w), or set recordings.keep_wav and delete them by other means")
MAKE_ROOM = said("make room, or lower recordings.min_free_mb: recordings wait in the PBX's folder until then")


def check_file(path: Path) -> Finding:
    """Whether others can read the passwords in the configuration."""
    what = said("Configuration")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        text = said("%(path)s can be read by others, and holds passwords", path=path)
        return warn(what, text, said("chmod 600 %(path)s", path=path))
    return ok(what, said("%(path)s", path=path))


def check_country(country: str) -> Finding:
    """What a national number is taken for."""
    what, code = said("Country"), phonenumbers.country_code_for_region(country)
    if not code:
        remedy = said("set site.country to an ISO 3166 code: GB, DE, IN")
        return fail(what, said("“%(country)s” is no country", country=country), remedy)
    text = said(
        "numbers without a country code are read as those of %(country)s (+%(code)s)", country=country, code=code
    )
    return ok(what, text)


def check_data_dir(folder: Path) -> Finding:
    """Whether the database and the photos can be written."""
    what = said("Data folder")
    if not folder.is_dir():
        remedy = said("install -d -m 700 -o %(user)s %(path)s, or change server.data_dir", user=_user(), path=folder)
        return fail(what, _absent(folder), remedy)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return fail(what, _read_only(folder), said("chown -R %(user)s %(path)s", user=_user(), path=folder))
    free = os.statvfs(folder)
    megabytes = free.f_bavail * free.f_frsize >> 20
    if megabytes < 500:
        text = said("only %(free)s MB are free in %(path)s", free=megabytes, path=folder)
        return warn(what, text, said("make room, or move server.data_dir"))
    return ok(what, said("%(path)s can be written", path=folder))


def _absent(folder: Path) -> Said:
    return said("%(path)s is not there", path=folder)


def _read_only(folder: Path) -> Said:
    return said("%(path)s cannot be written", path=folder)


def check_database(folder: Path) -> Finding:
    """Whether the tables are those of this version; an absent database is made at the first start."""
    what = said("Database")
    if not (folder / "ringdesk.db").exists():
        return ok(what, said("made at the first start"))
    try:
        found, needed = current(default_url(folder)), head()
    except (SQLAlchemyError, BadConfiguration) as error:
        text = said("%(path)s cannot be read: %(why)s", path=folder / "ringdesk.db", why=error)
        return fail(what, text, said("restore it from a backup"))
    if found == needed:
        return ok(what, said("at revision %(found)s", found=found))
    text = said("at revision %(found)s, this version's is %(needed)s", found=found or "-", needed=needed)
    return warn(what, text, said("ringdesk migrate"))


def check_recordings(config: Recordings, ari: bool) -> Finding:
    """Whether the recordings can be had."""
    what, folder = said("Recordings"), Path(config.folder)
    if not config.folder:
        return ok(what, said("fetched through ARI")) if ari else warn(what, said("not reachable"), USE_A_FOLDER)
    if not folder.is_dir():
        return fail(what, _absent(folder), said("set recordings.folder to the PBX's spool/asterisk/recording"))
    if not os.access(folder, os.R_OK | os.X_OK):
        remedy = said("let %(user)s read it: add it to the group asterisk", user=_user())
        return fail(what, said("%(path)s cannot be read", path=folder), remedy)
    if not config.keep_wav and not os.access(folder, os.W_OK):
        text = said("files in %(path)s cannot be taken away, and will fill its disk", path=folder)
        return warn(what, text, said(LET_IT_WRITE, user=_user()))
    return ok(what, said("%(path)s can be read", path=folder))


def check_archive(config: Config) -> Finding:
    """Whether there is a place for recordings, with room. Blocks."""
    what, archive = said("Archive"), open_archive(config)
    here = Path(config.server.data_dir)
    try:
        if isinstance(archive, S3Archive):
            archive.probe()
        else:
            here = Path(archive.place)
    except RingdeskError as error:
        text = said("%(place)s: %(why)s", place=archive.place, why=error)
        return fail(what, text, said("look at recordings.archive and the recordings.s3_ keys"))
    there = next(folder for folder in (here, *here.parents) if folder.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        remedy = said("let %(user)s write to %(path)s, or change recordings.archive", user=_user(), path=there)
        return fail(what, _read_only(here), remedy)
    free, wanted = free_megabytes(there), config.recordings.min_free_mb
    if free < wanted:
        text = said(
            "only %(free)s MB are free for %(place)s, %(wanted)s are wanted",
            free=free,
            place=archive.place,
            wanted=wanted,
        )
        return warn(what, text, MAKE_ROOM)
    return ok(what, said("recordings go to %(place)s, %(free)s MB are free", place=archive.place, free=free))


async def check_ports(config: Config) -> list[Finding]:
    """Whether the panel and FastAGI can listen; a Ringdesk that runs already holds both."""
    runs = await _ringdesk_runs(config)
    findings = [_port(said("Panel port"), "server", config.server.host, config.server.port, runs)]
    if config.agi.enabled:
        findings.append(_port(said("AGI port"), "agi", config.agi.host, config.agi.port, runs))
    return findings


def _port(what: Said, section: str, host: str, port: int, runs: bool) -> Finding:
    error, place = bind_error(host, port), f"{host}:{port}"
    if error is None:
        return ok(what, said("%(place)s is free", place=place))
    if error.errno == errno.EADDRINUSE and runs:
        return ok(what, said("%(place)s is held by the Ringdesk that runs", place=place))
    text = said("%(place)s cannot be had: %(why)s", place=place, why=error.strerror)
    return fail(what, text, said(_REMEDIES.get(error.errno or 0, _OTHER), section=section))


_OTHER = N_("look at %(section)s.host and %(section)s.port")
_REMEDIES = {
    errno.EADDRINUSE: N_("another program listens there: stop it, or change %(section)s.port"),
    errno.EADDRNOTAVAIL: N_("this machine does not have that address: change %(section)s.host"),
    errno.EACCES: N_("ports below 1024 are for root: change %(section)s.port and put a reverse proxy before it"),
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
