"""What `ringdesk init` wants to know. Each answer is a key of the configuration and may be given as an option."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from screenpop.config import Config
from screenpop.config_file import from_texts
from screenpop.errors import BadInput

Ask = Callable[[str, bool], str]
"""Shows a text and returns what was typed; True: the answer is a secret. "" takes the default."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Question:
    """`key`: what is asked for, dotted."""

    key: str
    words: str
    secret: bool = False

    @property
    def option(self) -> str:
        """`--ami-host` of ami.host."""
        return "--" + self.key.replace(".", "-").replace("_", "-")

    @property
    def name(self) -> str:
        """The option as argparse keeps it."""
        return self.option.removeprefix("--").replace("-", "_")


PBX = (
    Question("ami.host", "Address of Asterisk's manager interface (AMI)"),
    Question("ami.port", "Its port"),
    Question("ami.username", "AMI user (the section in manager.conf)"),
    Question("ami.secret", "AMI secret", secret=True),
    Question("ari.url", "Address of Asterisk's web server (for ARI)"),
    Question("ari.username", "ARI user (the section in ari.conf)"),
    Question("ari.password", "ARI password (empty: do without ARI)", secret=True),
)
SITE = (
    Question("site.company", "Name of your company, as on the card"),
    Question("site.country", "Country whose numbers come without a country code (ISO 3166: GB, DE, IN …)"),
    Question("site.timezone", "Time zone (Europe/London …)"),
    Question("server.data_dir", "Folder for the database and uploads"),
    Question("server.host", "Address the panel listens on"),
    Question("server.port", "Port the panel listens on"),
)
QUESTIONS = PBX + SITE


def ask_all(questions: tuple[Question, ...], answers: dict[str, str], ask: Ask, say: Say) -> None:
    """Ask each; an answer that cannot be is asked for again, with the reason. `answers` are the defaults, too."""
    for question in questions:
        while True:
            default = default_of(question.key, answers)
            answer = ask(_prompt(question, default), question.secret) or default
            answer = answer.upper() if question.key == "site.country" else answer
            try:
                from_texts({question.key: answer})
            except BadInput as error:
                say(f"  {error}")
                continue
            answers[question.key] = answer
            break


def default_of(key: str, answers: Mapping[str, str]) -> str:
    """What is taken where nothing is typed: the answer so far, else the default of the key.

    Asterisk's web server is looked for where its manager interface is.
    """
    if key == "ari.url" and key not in answers and "ami.host" in answers:
        return f"http://{answers['ami.host']}:8088"
    return answers.get(key, str(attrgetter(key)(Config())))


def config_of(answers: Mapping[str, str]) -> Config:
    """The configuration that the answers make. Raises BadConfiguration."""
    ari = "true" if answers.get("ari.password") else "false"
    return from_texts({**answers, "ari.url": default_of("ari.url", answers), "ari.enabled": ari})


def _prompt(question: Question, default: str) -> str:
    shown = ("(unchanged)" if default else "") if question.secret else default
    return f"{question.words}{f' [{shown}]' if shown else ''}: "
