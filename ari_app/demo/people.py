"""The people and the numbers of the sample company."""

from dataclasses import dataclass

from screenpop.pbx import SamplePlace


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who answers the phone. `login` in the panel is the extension."""

    extension: str
    name: str

    @property
    def hint(self) -> str:
        """The devices of this agent as a dialplan hint."""
        return "&".join(f"PJSIP/{device.name}" for device in DEVICES if device.extension == self.extension)

    @property
    def more_devices(self) -> tuple[str, ...]:
        """The further SIP logins of this agent, beside the one named like the extension."""
        names = (device.name for device in DEVICES if device.extension == self.extension)
        return tuple(name for name in names if name != self.extension)


@dataclass(frozen=True, slots=True)
class Device:
    """A SIP login: `name` is user name, endpoint and address of record."""

    name: str
    extension: str
    title: str


AGENTS = (
    Agent("101", "Ada Clarke"),
    Agent("102", "Ben Okafor"),
    Agent("103", "Chloe Martin"),
    Agent("104", "Dev Sharma"),
    Agent("105", "Elena Petrou"),
    Agent("106", "Farid Karimi"),
)
DEVICES = (*(Device(agent.extension, agent.extension, agent.name) for agent in AGENTS),
           Device("101-web", "101", "Ada Clarke"))  # fmt: skip

# Numbers of ranges that the regulators keep for fiction: +44 20 7946 0xxx, +1 xxx 555 01xx.
MAIN_LINE = "+442079460000"
SUPPORT_LINE = "+442079460700"
SALES_LINE = "+14155550170"
DIRECT_LINES = "+442079460"
COMPANY = "Tidewater Cycles"
LINES = (
    (MAIN_LINE, "Main line", COMPANY),
    (SUPPORT_LINE, "Support", COMPANY),
    (SALES_LINE, "Sales", "Tidewater Americas"),
)

GROUPS = {"600": ("101", "102", "103"), "601": ("101", "102"), "602": ("101", "102")}
"""Whose phones ring at once; those of 601 and 602 through Local channels."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: `name` is Asterisk's."""

    name: str
    members: tuple[str, ...]


QUEUES = {
    "700": Queue("support", ("101", "102", "103")),
    "701": Queue("sales", ("104", "105", "106")),
    "702": Queue("service", ("101", "102")),
}
SAMPLE_CALLER = "+442079460123"
SHARED_NUMBER = "+442079460188"
"""A number that two customers have."""

PLACES = (
    *(SamplePlace(agent.extension, "extension", agent.name) for agent in AGENTS),
    *(SamplePlace(number, "group") for number in GROUPS),
    *(SamplePlace(number, "queue", queue.name) for number, queue in QUEUES.items()),
    *(SamplePlace(number, "line", name) for number, name, _ in LINES),
)


def has_phone(number: str) -> bool:
    """Does somebody have this number, or is it a group, a queue or a line?"""
    direct = number.removeprefix(DIRECT_LINES)
    return any(number == place.number or direct == place.number for place in PLACES)
