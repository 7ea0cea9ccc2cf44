"""Drawn portraits for the sample customers: each seed another face, always the same one."""

import io
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

SIZE = 560  # pixels of the finished picture
SCALE = 2  # drawn larger, then made smaller: smooth edges
Colour = tuple[int, int, int]

SKIN: tuple[Colour, ...] = (
    (247, 214, 190),
    (238, 195, 163),
    (222, 172, 134),
    (190, 134, 94),
    (141, 92, 62),
    (98, 63, 44),
)
FAIR_HAIR: tuple[Colour, ...] = (
    (222, 184, 116),
    (150, 96, 52),
    (92, 58, 38),
    (178, 82, 46),
    (196, 192, 188),
    (52, 40, 36),
)
DARK_HAIR: tuple[Colour, ...] = ((30, 25, 25), (46, 34, 30), (64, 44, 34), (120, 116, 114))
GROUND: tuple[tuple[Colour, Colour], ...] = (
    ((191, 219, 235), (120, 168, 200)), ((236, 214, 184), (214, 164, 120)), ((205, 226, 201), (132, 178, 140)),
    ((229, 209, 226), (176, 142, 184)), ((240, 228, 190), (220, 186, 106)), ((210, 215, 228), (134, 146, 178)),
    ((242, 208, 200), (214, 138, 124)), ((200, 228, 224), (106, 170, 164)),
)  # fmt: skip
CLOTH: tuple[Colour, ...] = (
    (38, 70, 110),
    (146, 52, 60),
    (44, 98, 84),
    (88, 74, 120),
    (190, 120, 50),
    (66, 72, 82),
    (32, 118, 140),
)
EYES: tuple[Colour, ...] = ((74, 52, 38), (66, 98, 130), (84, 110, 76), (52, 40, 34))


@dataclass(frozen=True, slots=True)
class Face:
    """What is drawn."""

    man: bool
    skin: Colour
    hair: Colour
    eyes: Colour
    cloth: Colour
    ground: tuple[Colour, Colour]
    style: int
    glasses: bool
    beard: bool
    width: int


def portrait(look: str) -> bytes:
    """The JPEG of a face: `look` is `man` or `woman`, the tone of the skin (0 light to 5 dark) and a seed."""
    face = _face(look)
    picture = _ground(face)
    pen = ImageDraw.Draw(picture)
    for part in (_hair_behind, _body, _head, _hair_before, _features, _beard, _glasses):
        part(pen, face)
    out = io.BytesIO()
    picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(out, "JPEG", quality=92)
    return out.getvalue()


def _face(look: str) -> Face:
    who, tone, seed = look.split()
    dice = random.Random(int(seed) * 7919)  # noqa: S311 (a face, not a secret)
    hair = FAIR_HAIR if tone == "0" else DARK_HAIR
    return Face(
        man=who == "man",
        skin=SKIN[int(tone)],
        hair=dice.choice(hair),
        eyes=dice.choice(EYES) if tone == "0" else EYES[-1],
        cloth=dice.choice(CLOTH),
        ground=GROUND[int(seed) % len(GROUND)],
        style=dice.randrange(4),
        glasses=dice.random() < 0.3,
        beard=who == "man" and dice.random() < 0.45,
        width=dice.randint(118, 132),
    )


def _shade(colour: Colour, by: float) -> Colour:
    red, green, blue = (max(0, min(255, round(part * by))) for part in colour)
    return red, green, blue


def _at(*numbers: float) -> list[float]:
    return [number * SCALE for number in numbers]


def _ground(face: Face) -> Image.Image:
    light, dark = face.ground
    side = SIZE * SCALE
    ramp = Image.linear_gradient("L").resize((side, side))
    picture = Image.composite(Image.new("RGB", (side, side), dark), Image.new("RGB", (side, side), light), ramp)
    glow = Image.new("L", (side, side))
    ImageDraw.Draw(glow).ellipse(_at(70, 20, 490, 440), fill=90)
    glow = glow.filter(ImageFilter.GaussianBlur(60))
    picture.paste(Image.new("RGB", (side, side), (255, 255, 255)), mask=glow)
    return picture


def _hair_behind(pen: ImageDraw.ImageDraw, face: Face) -> None:
    if face.man:
        return
    wide = face.width
    back = _shade(face.hair, 0.82)
    if face.style == 0:  # long
        pen.rounded_rectangle(_at(280 - wide - 26, 130, 280 + wide + 26, 470), 110 * SCALE, fill=back)
    elif face.style == 1:  # to the chin
        pen.rounded_rectangle(_at(280 - wide - 24, 120, 280 + wide + 24, 372), 100 * SCALE, fill=back)
    elif face.style == 2:  # in a bun
        pen.ellipse(_at(222, 28, 338, 138), fill=back)
    else:  # curls
        for x, y in ((-118, 190), (118, 190), (-128, 260), (128, 260), (-86, 128), (86, 128), (-112, 322), (112, 322)):
            pen.ellipse(_at(280 + x - 56, y - 56, 280 + x + 56, y + 56), fill=back)


def _body(pen: ImageDraw.ImageDraw, face: Face) -> None:
    reach = 205 if face.man else 175
    pen.rounded_rectangle(_at(280 - reach, 428, 280 + reach, 700), 95 * SCALE, fill=face.cloth)
    pen.rounded_rectangle(_at(232, 340, 328, 470), 44 * SCALE, fill=_shade(face.skin, 0.86))
    if face.style % 2:
        pen.polygon(_at(214, 424, 280, 520, 346, 424, 366, 436, 280, 560, 194, 436), fill=_shade(face.cloth, 1.35))
        pen.polygon(_at(238, 436, 280, 506, 322, 436), fill=_shade(face.skin, 0.9))
    else:
        pen.arc(_at(222, 380, 338, 486), 10, 170, fill=_shade(face.cloth, 0.7), width=12 * SCALE)


def _head(pen: ImageDraw.ImageDraw, face: Face) -> None:
    wide = face.width
    for side in (-1, 1):
        middle = 280 + side * (wide - 2)
        pen.ellipse(_at(middle - 22, 236, middle + 22, 296), fill=_shade(face.skin, 0.93))
    pen.rounded_rectangle(_at(280 - wide, 116, 280 + wide, 402), (wide - 4) * SCALE, fill=face.skin)


def _hair_before(pen: ImageDraw.ImageDraw, face: Face) -> None:
    wide, hair = face.width, face.hair
    top = 92 if face.man else 84
    pen.pieslice(_at(280 - wide - 8, top, 280 + wide + 8, 330), 180, 360, fill=hair)
    if face.man and face.style == 3:  # high forehead
        pen.pieslice(_at(280 - wide + 22, top + 26, 280 + wide - 22, 330), 180, 360, fill=face.skin)
    elif face.style in (0, 3):  # parted in the middle
        pen.pieslice(_at(280 - wide + 8, 150, 280, 320), 180, 362, fill=face.skin)
        pen.pieslice(_at(280, 150, 280 + wide - 8, 320), 178, 360, fill=face.skin)
    elif face.style == 1:  # parted at the side
        pen.pieslice(_at(280 - wide + 6, 150, 280 + wide - 6, 330), 180, 290, fill=face.skin)
        pen.pieslice(_at(280 - wide + 6, 186, 280 + wide - 6, 300), 180, 360, fill=face.skin)
    else:  # a fringe
        pen.pieslice(_at(280 - wide + 6, 176, 280 + wide - 6, 300), 180, 360, fill=face.skin)


def _features(pen: ImageDraw.ImageDraw, face: Face) -> None:
    line = _shade(face.skin, 0.72)
    for side in (-1, 1):
        x = 280 + side * 50
        pen.ellipse(_at(x - 19, 246, x + 19, 272), fill=(252, 252, 252))
        pen.ellipse(_at(x - 12, 246, x + 12, 271), fill=face.eyes)
        pen.ellipse(_at(x - 5, 252, x + 6, 264), fill=(20, 18, 18))
        pen.ellipse(_at(x + 2, 250, x + 7, 255), fill=(255, 255, 255))
        pen.arc(_at(x - 22, 241, x + 22, 285), 200, 340, fill=_shade(face.hair, 0.6), width=4 * SCALE)
        pen.arc(
            _at(x - 28, 220, x + 28, 268), 205, 335, fill=_shade(face.hair, 0.8), width=(8 if face.man else 5) * SCALE
        )
        pen.ellipse(_at(280 + side * 78 - 24, 296, 280 + side * 78 + 24, 330), fill=_blush(face.skin))
    pen.arc(_at(262, 270, 298, 316), 30, 150, fill=line, width=5 * SCALE)
    pen.chord(_at(240, 312, 320, 366), 8, 172, fill=(255, 255, 255), outline=_lips(face), width=6 * SCALE)


def _blush(skin: Colour) -> Colour:
    return min(255, round(skin[0] * 1.01)), round(skin[1] * 0.93), round(skin[2] * 0.92)


def _lips(face: Face) -> Colour:
    return _shade(face.skin, 0.62) if face.man else (176, 66, 74)


def _beard(pen: ImageDraw.ImageDraw, face: Face) -> None:
    if not face.beard:
        return
    wide = face.width
    pen.arc(_at(280 - wide, 180, 280 + wide, 404), 20, 160, fill=face.hair, width=34 * SCALE)
    pen.arc(_at(228, 304, 332, 352), 190, 350, fill=face.hair, width=10 * SCALE)


def _glasses(pen: ImageDraw.ImageDraw, face: Face) -> None:
    if not face.glasses:
        return
    frame = (40, 40, 46)
    for side in (-1, 1):
        x = 280 + side * 50
        pen.rounded_rectangle(_at(x - 37, 230, x + 37, 288), 20 * SCALE, outline=frame, width=5 * SCALE)
        pen.line(_at(280 + side * 87, 252, 280 + side * face.width, 246), fill=frame, width=5 * SCALE)
    pen.line(_at(267, 252, 293, 252), fill=frame, width=5 * SCALE)
