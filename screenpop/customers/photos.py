"""Pictures of customers: kept and shown byte for byte as they were uploaded, once checked to be pictures."""

import asyncio
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from screenpop.errors import N_, BadInput, NotFound

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
_TOO_MANY_PIXELS: Final = N_("The photo has more than 50 million pixels.")
THUMB_SIZE: Final = (192, 192)
FORMATS: Final = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
}
"""What browsers show and what cannot carry a script (SVG can)."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture on disk and what it is served as."""

    path: Path
    mime: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A picture that was looked into. `hash` is the SHA-256 of its bytes, sizes are in pixels; a small one (WebP)."""

    hash: str
    mime: str
    size: int
    width: int
    height: int
    thumb: bytes


class PhotoFolder:
    """The folder of pictures, each under the hash of its bytes; a thumbnail beside it for lists."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = asyncio.Semaphore(1)

    async def check(self, data: bytes) -> Checked:
        """Look into a picture; raises BadInput that says what is wrong with it.

        One at a time: a large one takes a quarter of a gigabyte while it is decoded.
        """
        async with self._turn:
            return await asyncio.to_thread(inspect, data)

    async def keep(self, checked: Checked, data: bytes) -> None:
        """Put it there."""
        await asyncio.to_thread(self._keep, checked, data)

    async def remove(self, hash_: str) -> None:
        """Forget a picture that nobody has any more."""
        await asyncio.to_thread(self._remove, hash_)

    def full(self, hash_: str) -> Path:
        """The file as uploaded."""
        return self._folder / hash_

    def thumb(self, hash_: str) -> Path:
        """The small picture for lists (WebP)."""
        return self._folder / "thumbs" / f"{hash_}.webp"

    async def existing(self, path: Path) -> Path:
        """The path, if there is a file; raises NotFound."""
        if not await asyncio.to_thread(path.is_file):
            raise NotFound("There is no such photo.")
        return path

    def _keep(self, checked: Checked, data: bytes) -> None:
        self.thumb(checked.hash).parent.mkdir(parents=True, exist_ok=True)
        _write(self.thumb(checked.hash), checked.thumb)
        _write(self.full(checked.hash), data)

    def _remove(self, hash_: str) -> None:
        self.full(hash_).unlink(missing_ok=True)
        self.thumb(hash_).unlink(missing_ok=True)


def inspect(data: bytes) -> Checked:
    """Decode a picture. Raises BadInput in words for the uploader."""
    if len(data) > MAX_BYTES:
        raise BadInput("The photo is larger than 10 MB.", "photo")
    try:
        mime, width, height, thumb = _decode(data)
    except UnidentifiedImageError as error:
        raise BadInput("This is not a photo: JPEG, PNG, GIF, WebP and AVIF files can be used.", "photo") from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise BadInput(_TOO_MANY_PIXELS, "photo") from error
    except (OSError, SyntaxError, ValueError, RuntimeError) as error:  # the last is AVIF's
        raise BadInput("The photo is damaged and cannot be shown.", "photo") from error
    return Checked(hashlib.sha256(data).hexdigest(), mime, len(data), width, height, thumb)


def _decode(data: bytes) -> tuple[str, int, int, bytes]:
    with Image.open(io.BytesIO(data), formats=tuple(FORMATS)) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise BadInput(_TOO_MANY_PIXELS, "photo")
        mime, (width, height) = FORMATS[picture.format or ""], picture.size
        picture.draft("RGB", THUMB_SIZE)
        return mime, width, height, _thumbnail(picture)


def _thumbnail(picture: Image.Image) -> bytes:
    """Decodes every pixel, and so shows a picture that is cut off."""
    picture.thumbnail(THUMB_SIZE)
    small = ImageOps.exif_transpose(picture)
    out = io.BytesIO()
    small.convert("RGBA" if small.has_transparency_data else "RGB").save(out, "WEBP", quality=82)
    return out.getvalue()


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: a reader never sees half a picture."""
    if path.exists():
        return
    part = path.with_name(f"{path.name}.{id(data)}.part")
    part.write_bytes(data)
    part.replace(path)
