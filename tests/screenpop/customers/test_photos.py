"""Photos: kept and served byte for byte, and checked to be photos."""

import asyncio
import io
import struct
import time
import zlib

import pytest
from PIL import Image

from screenpop.customers import photos
from screenpop.customers.model import Customer, NewCustomer
from screenpop.customers.photos import MAX_BYTES, Checked, inspect
from screenpop.customers.service import Customers
from screenpop.errors import BadInput, NotFound


@pytest.fixture
async def anna(customers: Customers) -> Customer:
    return await customers.create(NewCustomer(name="Anna"), "u1")


def encoded(format_: str, size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, format_)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 10,000 times 10,000 pixels."""
    header = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.feature("CALL-22", "CALL-24")
@pytest.mark.parametrize(
    ("format_", "mime"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/avif"),
    ],
)
async def test_a_photo_is_served_as_it_was_uploaded(
    customers: Customers, anna: Customer, format_: str, mime: str
) -> None:
    data = encoded(format_)
    await customers.set_photo(anna.id, data, "u1")

    photo = await customers.photo(anna.id)
    assert (photo.path.read_bytes(), photo.mime) == (data, mime)


async def test_a_list_gets_a_small_picture(customers: Customers, anna: Customer, picture: bytes) -> None:
    await customers.set_photo(anna.id, picture, "u1")

    thumb = await customers.photo(anna.id, "thumb")
    with Image.open(thumb.path) as small:
        assert (small.size, thumb.mime) == ((192, 144), "image/webp")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a photo"),
        (b"hello", "not a photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not a photo"),
        (encoded("BMP"), "not a photo"),
        (encoded("TIFF"), "not a photo"),
        (encoded("JPEG", (400, 400))[:-800], "damaged"),
        (encoded("PNG", (400, 400))[:200], "damaged"),
        (encoded("AVIF").replace(b"av1C", b"xxxx"), "damaged"),
        (bomb(), "more than 50 million pixels"),
        (b"\xff\xd8" + b"0" * MAX_BYTES, "larger than 10 MB"),
    ],
)
async def test_what_is_no_good_photo_is_refused_in_words(
    customers: Customers, anna: Customer, data: bytes, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        await customers.set_photo(anna.id, data, "u1")
    assert (await customers.get(anna.id)).photo == ""


async def test_photo_of_nobody_is_not_kept(customers: Customers, picture: bytes) -> None:
    with pytest.raises(NotFound):
        await customers.set_photo("nobody", picture, "u1")
    assert not customers._photos.full(inspect(picture).hash).exists()


async def test_photo_that_another_customer_loses_meanwhile_stays(
    customers: Customers, anna: Customer, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await customers.create(NewCustomer(name="Bernd"), "u1")
    await customers.set_photo(anna.id, picture, "u1")
    check = customers._photos.check

    async def meanwhile(data: bytes) -> Checked:
        checked = await check(data)
        monkeypatch.undo()
        await customers.remove_photo(anna.id, "u1")
        return checked

    monkeypatch.setattr(customers._photos, "check", meanwhile)
    await customers.set_photo(other.id, picture, "u1")
    assert (await customers.photo(other.id)).path.read_bytes() == picture


async def test_large_photos_are_decoded_one_at_a_time(customers: Customers, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once: list[int] = [0, 0]

    def slow(data: bytes) -> Checked:
        at_once[0] += 1
        at_once[1] = max(at_once)
        time.sleep(0.01)
        at_once[0] -= 1
        return inspect(data)

    monkeypatch.setattr(photos, "inspect", slow)
    await asyncio.gather(*(customers._photos.check(encoded("PNG", (size, 1))) for size in (1, 2, 3)))
    assert at_once == [0, 1]


async def test_a_replaced_photo_is_forgotten_unless_somebody_else_has_it(
    customers: Customers, anna: Customer, picture: bytes
) -> None:
    other = await customers.create(NewCustomer(name="Bernd"), "u1")
    shared = await customers.set_photo(anna.id, picture, "u1")
    await customers.set_photo(other.id, picture, "u1")
    path = (await customers.photo(anna.id)).path

    await customers.remove_photo(anna.id, "u1")
    assert (await customers.photo(other.id)).path == path
    with pytest.raises(NotFound):
        await customers.photo(anna.id)

    await customers.set_photo(other.id, encoded("PNG"), "u1")
    assert not path.exists()
    assert shared.photo not in (await customers.photo(other.id)).path.name


def test_a_picture_laid_on_its_side_stands_up_in_the_thumbnail() -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 200)).save(out, "JPEG", exif=exif)

    with Image.open(io.BytesIO(inspect(out.getvalue()).thumb)) as small:
        assert small.size == (96, 192)
