"""The configuration file as types; every key has its default and its meaning here and in docs/configuration.md."""

from typing import Literal

import msgspec

Struct = msgspec.Struct


class Server(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the panel listens and keeps its data."""

    host: str = "127.0.0.1"
    port: int = 8090
    public_url: str = ""
    """The address that browsers use; "" is http://host:port. With https the session cookie is `__Host-`."""
    data_dir: str = "/var/lib/ringdesk"


class Ami(Struct, frozen=True, forbid_unknown_fields=True):
    host: str = "127.0.0.1"
    port: int = 5038
    username: str = "ringdesk"
    secret: str = ""


class Ari(Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool = True
    url: str = "http://127.0.0.1:8088"
    username: str = "ringdesk"
    password: str = ""


class Agi(Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = 4573
    allow: tuple[str, ...] = ("127.0.0.0/8", "::1")
    """Addresses or networks that may ask."""
    deadline_ms: int = 800


class Site(Struct, frozen=True, forbid_unknown_fields=True):
    company: str = ""
    """The name on the card where no line has one of its own."""
    country: str = "GB"
    """ISO 3166 code of the country whose national numbers are meant when a number has no country code."""
    timezone: str = "UTC"
    locale: str = "en"
    trunks: tuple[str, ...] = ()
    """Devices that lead outside, `PJSIP/provider`. Empty: every device that is no agent's is a trunk."""
    dial_context: str = "from-internal"
    """The dialplan context of the agents' phones: a number that an agent clicks is dialled there."""


class Extension(Struct, frozen=True, forbid_unknown_fields=True):
    number: str
    name: str = ""
    devices: tuple[str, ...] = ()


class Recordings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the PBX leaves the recordings, and where they are kept."""

    folder: str = ""
    """The PBX's spool/recording as this machine sees it; "" fetches the files through ARI."""
    archive: str = ""
    """A folder, or `s3://bucket/prefix`; "" is the folder recordings in server.data_dir."""
    format: Literal["opus", "flac"] = "opus"
    keep_wav: bool = False
    """Leave the PBX's own files where they are when the archive has the recording."""
    min_free_mb: int = 1000
    """Nothing is put into the archive while the disk has less room."""
    s3_endpoint: str = ""
    """The address of the store; "" is Amazon's."""
    s3_region: str = ""
    s3_key: str = ""
    s3_secret: str = ""


class Analysis(Struct, frozen=True, forbid_unknown_fields=True):
    """What is made of recordings, by processes of their own."""

    enabled: bool = True
    workers: int = 1
    """How many processes at most collect recordings and analyse them, at low priority."""
    engine: str = "faster-whisper"
    """What writes transcripts: faster-whisper, vosk, openai, an add-on's, or none."""
    model: str = ""
    """A folder or a name; "" is the best one that is installed."""
    language: str = ""
    """ISO 639-1 code of what is spoken; "" finds out for each call."""
    threads: int = 1
    """Processor threads for the transcript of one call."""
    download: bool = False
    """May a model that is not here be fetched from the Internet?"""
    url: str = ""
    """The address of an OpenAI-compatible service, https://speech.example.com/v1."""
    key: str = ""
    timeout: int = 120
    """Seconds that the service has for one request."""
    summary_model: str = ""
    """The model of that service that writes summaries; "": none is asked."""


class Mail(Struct, frozen=True, forbid_unknown_fields=True):
    """Through which server mails go; without a host none are sent."""

    host: str = ""
    port: int = 0
    """0: 587 with starttls, 465 with tls, 25 with none."""
    security: str = "starttls"
    """none, starttls or tls."""
    username: str = ""
    password: str = ""
    sender: str = ""
    """From whom they are: `reports@example.com`, or with a name, `Ringdesk <reports@example.com>`."""
    timeout: int = 30
    """Seconds that the server has for each step."""


class Demo(Struct, frozen=True, forbid_unknown_fields=True):
    """Set by `ringdesk demo` only: lets the panel place sample calls through the demo's own PBX."""

    enabled: bool = False
    folder: str = ""
    manager_conf: str = ""


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of ringdesk.toml."""

    server: Server = Server()
    ami: Ami = Ami()
    ari: Ari = Ari()
    agi: Agi = Agi()
    site: Site = Site()
    extensions: tuple[Extension, ...] = ()
    recordings: Recordings = Recordings()
    analysis: Analysis = Analysis()
    mail: Mail = Mail()
    demo: Demo = Demo()
