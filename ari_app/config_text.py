"""Writes a configuration as commented TOML. Pure: what it writes, `screenpop.config_file.load` reads back as it was."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from screenpop.config import Config, Extension

HEAD = """\
# Ringdesk's configuration. Keys that are commented out show their default.
# Everything is explained in docs/configuration.md; `ringdesk check` tells whether it works.
"""
COMMENTS = {
    "server": "The panel.",
    "server.host": "The address it listens on; leave it when a reverse proxy on this machine stands before it.",
    "server.port": "The port it listens on.",
    "server.public_url": "The address that browsers use, https://desk.example.com; empty: http://host:port.",
    "server.data_dir": "The folder of the database and of uploaded files.",
    "ami": "Asterisk's manager interface (manager.conf): what happens on the PBX is read there.",
    "ami.host": "Where it listens.",
    "ami.port": "Its port.",
    "ami.username": "The name in the brackets of the section in manager.conf.",
    "ami.secret": "Its secret.",
    "ari": "Asterisk's REST interface (ari.conf, http.conf).",
    "ari.enabled": "false: do without it; the cards still pop up.",
    "ari.url": "The address of Asterisk's web server, without /ari.",
    "ari.username": "The name in the brackets of the section in ari.conf.",
    "ari.password": "Its password.",
    "agi": "The dialplan's questions: AGI(agi://127.0.0.1:4573/lookup).",
    "agi.enabled": "Whether they are answered.",
    "agi.host": "The address to listen on: one that the PBX reaches.",
    "agi.port": "The port to listen on.",
    "agi.allow": "Addresses or networks that may ask.",
    "agi.deadline_ms": "Milliseconds after which a call goes on without an answer.",
    "site": "Whose house it is.",
    "site.company": "The name on top of the card where the line that was called has none of its own.",
    "site.country": "The country whose national numbers are meant when a number has no country code (ISO 3166).",
    "site.timezone": "A name of the time zone database: Europe/London.",
    "site.locale": "The language of the panel for who has not chosen one.",
    "site.trunks": 'Devices that lead outside: ["PJSIP/provider"]. Empty: every device that is no agent\'s is one.',
    "site.dial_context": "The dialplan context of the agents' phones: a number that an agent clicks is dialled there.",
    "recordings": "Recordings of calls.",
    "recordings.folder": "The PBX's spool/asterisk/recording as this machine sees it; empty: fetched through ARI.",
    "recordings.archive": "Where they are kept: a folder, or s3://bucket/prefix; empty: recordings in server.data_dir.",
    "recordings.format": "opus (14 MB an hour), or flac (about 50 MB an hour).",
    "recordings.keep_wav": "Leave the PBX's own files where they are once the archive has the recording.",
    "recordings.min_free_mb": "Nothing is put into the archive while its disk has less room than this.",
    "recordings.s3_endpoint": "The address of an S3-compatible store; empty: Amazon's.",
    "recordings.s3_region": "The region of the bucket, where the store wants one.",
    "recordings.s3_key": "The name of the access key.",
    "recordings.s3_secret": "Its secret.",
    "analysis": "What is made of recordings, by processes of their own at low priority.",
    "analysis.enabled": "Whether recordings are analysed.",
    "analysis.workers": "How many processes collect and analyse at most.",
    "analysis.engine": "What writes transcripts: faster-whisper, vosk, openai, an add-on's, or none.",
    "analysis.model": "A folder or a name; empty: the best one that is installed.",
    "analysis.language": "What is spoken, as en or de; empty: found out for each call.",
    "analysis.threads": "Processor threads for the transcript of one call.",
    "analysis.download": "Whether a model that is not here may be fetched from the Internet.",
    "analysis.url": "The address of an OpenAI-compatible service: https://speech.example.com/v1.",
    "analysis.key": "Its key.",
    "analysis.timeout": "Seconds that the service has for one request.",
    "analysis.summary_model": "The model of that service that writes summaries; empty: none is asked.",
    "mail": "Through which server reports are mailed.",
    "mail.host": "The SMTP server; empty: none are sent.",
    "mail.port": "0: 587 with starttls, 465 with tls, 25 with none.",
    "mail.security": "starttls, tls, or none for a server on this machine.",
    "mail.username": "The name to sign in with; empty: without signing in.",
    "mail.password": "Its password.",
    "mail.sender": "From whom the mails are: Ringdesk <reports@example.com>.",
    "mail.timeout": "Seconds that the server has for each step.",
    "demo": "Set by `ringdesk demo` only.",
    "demo.enabled": "The panel may place sample calls.",
    "demo.folder": "The folder of the demo's own PBX.",
    "demo.manager_conf": "The manager.conf of the demo's own PBX, for the check.",
}
EXTENSIONS = """\
# Devices that are not named after their extension; a device that is (PJSIP/101 for 101) needs no entry.
# [[extensions]]
# number = "102"
# devices = ["SIP/150010002", "PJSIP/102-web"]
"""


def config_text(config: Config) -> str:
    """The file. What is as it is by default is there as a comment; `demo` only where it is used."""
    sections = [field.name for field in msgspec.structs.fields(Config) if field.name != "extensions"]
    shown = [name for name in sections if name != "demo" or config.demo.enabled]
    parts = [HEAD, *("\n".join(_section(config, name)) for name in shown), _extensions(config.extensions)]
    return "\n".join(parts)


def _section(config: Config, name: str) -> Iterator[str]:
    section = getattr(config, name)
    yield f"# {COMMENTS[name]}"
    yield f"[{name}]"
    for field in msgspec.structs.fields(section):
        value = getattr(section, field.name)
        yield f"# {COMMENTS[f'{name}.{field.name}']}"
        yield f"{'# ' if value == field.default else ''}{field.name} = {_value(value)}"
    yield ""


def _extensions(extensions: tuple[Extension, ...]) -> str:
    tables = (
        f"[[extensions]]\nnumber = {_value(one.number)}\nname = {_value(one.name)}\ndevices = {_value(one.devices)}\n"
        for one in extensions
    )
    return "\n".join(tables) or EXTENSIONS


def _value(value: Any) -> str:
    """A JSON text is a TOML value too, but for DEL, which TOML wants escaped."""
    text = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f")
