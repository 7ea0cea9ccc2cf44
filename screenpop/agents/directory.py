"""Which extension does a device belong to?"""

from collections.abc import Mapping, Sequence

from screenpop.errors import BadInput

_UNSET: Mapping[str, Sequence[str]] = {}


class Directory:
    """The extensions that agents sit at, and the devices (SIP phones, soft phones) of each.

    A device is the PBX's name for it, technology and resource: `PJSIP/101`. A device whose resource is an
    extension belongs to it without being named; other devices are given. Immutable: a change makes a new one.
    """

    def __init__(self, devices: Mapping[str, Sequence[str]] = _UNSET) -> None:
        self._devices = {extension: tuple(named) for extension, named in devices.items()}
        self._owner = {name.casefold(): ext for ext, named in self._devices.items() for name in named}

    @classmethod
    def parse(cls, text: str) -> "Directory":
        """Read `101,102=SIP/150010002+PJSIP/102-web`: extensions, each with its devices where it names any.

        Raises BadInput on an empty extension or a device without a technology.
        """
        devices: dict[str, list[str]] = {}
        for item in filter(None, (part.strip() for part in text.split(","))):
            extension, _, named = item.partition("=")
            extension = extension.strip()
            names = [name.strip() for name in named.split("+") if name.strip()]
            if not extension or any("/" not in name for name in names):
                raise BadInput(f"cannot read {item!r}: write EXTENSION or EXTENSION=TECH/DEVICE+TECH/DEVICE")
            devices.setdefault(extension, []).extend(names)
        return cls(devices)

    @property
    def extensions(self) -> tuple[str, ...]:
        """All extensions, in the order given."""
        return tuple(self._devices)

    def devices(self, extension: str) -> tuple[str, ...]:
        """The devices given for `extension`; () where they are only known by its number."""
        return self._devices.get(extension, ())

    def extension_of(self, device: str) -> str:
        """The extension of `device` (`PJSIP/101`), or "" if it is none of ours."""
        owner = self._owner.get(device.casefold())
        if owner is not None:
            return owner
        technology, _, resource = device.partition("/")
        if technology.casefold() == "local":
            return ""
        return resource if resource in self._devices else ""

    def __contains__(self, extension: object) -> bool:
        return extension in self._devices

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Directory) and self._devices == other._devices

    def __hash__(self) -> int:
        return hash(tuple(self._devices.items()))
