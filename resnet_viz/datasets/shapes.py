"""Six kinds of coloured shapes, drawn from a seed: endless, at any size, as easy or as hard as a lesson needs.

A picture follows from (seed, index) alone, so a run can be resumed or repeated picture by picture. Every shape is a
signed distance function: negative inside, in units of the shape's outer radius, so edges are smooth at any size.

References:
    Quilez, 2D distance functions: the idea of composing pictures from signed distances.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.errors import ImageError, broken_rule
from resnet_viz.messages import gettext as _

CLASSES = ("circle", "cross", "ring", "square", "star", "triangle")
MAX_CLUTTER = 12
_TEXTURES = 4
# Numbers drawn per picture before its noise; more than are used, so that a new property moves none of the old ones.
_DRAWS = 48
_CLUTTER_DRAWS = 8
# Cells drawn at a time: a dozen arrays of them stay in a processor's cache, and in a few megabytes.
_CELLS_AT_ONCE = 2**15

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


class Style(NamedTuple):
    """How hard the pictures are.

    Attributes:
        size_px: Side of a picture.
        difficulty: 0: large bright shapes on dark noise; 1: any size and colour, textured, on textured ground.
        clutter: Blots per picture, half of them in front of the shape.
    """

    size_px: int
    difficulty: float = 0.0
    clutter: int = 0


def shapes(
    style: Style, seed: int, indices: Sequence[int] | npt.NDArray[np.int64]
) -> tuple[Bytes, npt.NDArray[np.int32]]:
    """Return pictures and their classes.

    Args:
        style: Size and difficulty.
        seed: Of the endless series.
        indices: Which pictures of it; picture i shows class i mod 6.

    Returns:
        uint8 ``(n, size, size, 3)`` RGB, int32 ``(n,)`` indices into `CLASSES`.

    Raises:
        ImageError: If the style breaks a rule.
    """
    check_style(style)
    numbers, side = np.asarray(indices, np.int64), style.size_px
    labels = (numbers % len(CLASSES)).astype(np.int32)
    images = np.empty((len(numbers), side, side, 3), np.uint8)
    count = max(1, _CELLS_AT_ONCE // side**2)
    for start in range(0, len(numbers), count):
        part = slice(start, start + count)
        images[part] = _drawn(style, *_random(side, seed, numbers[part]), labels[part])
    return images, labels


def class_counts(count: int) -> tuple[int, ...]:
    """Return how many of the first pictures of a series show each class, without drawing them."""
    kinds = len(CLASSES)
    return tuple((count + kinds - 1 - label) // kinds for label in range(kinds))


def _random(side: int, seed: int, numbers: npt.NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Return what chance decides of some pictures: numbers of each, numbers of its blots, noise."""
    draws = np.empty((len(numbers), _DRAWS), np.float32)
    blots = np.empty((len(numbers), MAX_CLUTTER, _CLUTTER_DRAWS), np.float32)
    noise = np.empty((len(numbers), side, side, 3), np.float32)
    for row, number in enumerate(numbers):
        generator = np.random.default_rng([seed, int(number)])
        generator.random(dtype=np.float32, out=draws[row])
        generator.random(dtype=np.float32, out=blots[row])
        generator.standard_normal(dtype=np.float32, out=noise[row])
    return draws, blots, noise


def check_style(style: Style) -> None:
    """Refuse a style that cannot be drawn.

    Raises:
        ImageError: If the size, the difficulty or the clutter is out of range.
    """
    if not 8 <= style.size_px <= 512:
        raise ImageError(broken_rule("size_px", _("from {low} to {high}").format(low=8, high=512), style.size_px))
    if not 0 <= style.difficulty <= 1:
        raise ImageError(broken_rule("difficulty", _("from {low} to {high}").format(low=0, high=1), style.difficulty))
    if not 0 <= style.clutter <= MAX_CLUTTER:
        raise ImageError(
            broken_rule("clutter", _("from {low} to {high}").format(low=0, high=MAX_CLUTTER), style.clutter)
        )


def _drawn(style: Style, draws: Floats, blots: Floats, noise: Floats, labels: npt.NDArray[np.int32]) -> Bytes:
    side, hard = style.size_px, np.float32(style.difficulty)
    axis = np.asarray((np.arange(side) + 0.5) / side, np.float32)
    x, y = axis[np.newaxis, np.newaxis, :], axis[np.newaxis, :, np.newaxis]
    take = iter(np.split(draws, _DRAWS, axis=1))

    def pick(low: float, high: float) -> Floats:
        """One more number per picture, ``(n, 1, 1)``, uniform between the bounds."""
        return np.asarray((low + (high - low) * next(take))[:, :, np.newaxis], np.float32)

    def color(low: float, high: float) -> Floats:
        return np.concatenate([pick(low, high) for _channel in range(3)], axis=2)[:, :, np.newaxis, :]

    # Where the shape stands: radius, then a centre that keeps it inside, then its turn.
    radius = pick(0.36 - 0.16 * style.difficulty, 0.46)
    free = np.maximum(0, 0.5 - radius * np.float32(0.85))
    centre_x, centre_y = 0.5 + pick(-1, 1) * free, 0.5 + pick(-1, 1) * free
    turn = pick(0, 2 * math.pi)
    u, v = (x - centre_x) / radius, (y - centre_y) / radius
    u, v = u * np.cos(turn) + v * np.sin(turn), v * np.cos(turn) - u * np.sin(turn)
    distance = np.empty_like(u)
    for label, signed_distance in enumerate(_DISTANCES):
        rows = labels == label
        distance[rows] = signed_distance(u[rows], v[rows])
    inside = _coverage(distance * radius * side)

    # Bright on dark where it is easy; where it is hard any two colours, kept apart by their distance.
    ground = color(0.0, 0.25 + 0.65 * style.difficulty)
    paint = color(0.35 - 0.35 * style.difficulty, 1.0)
    strongest = np.max(paint, axis=3, keepdims=True)
    paint = paint + (1 - hard) * (1 - strongest)
    gap = paint - ground
    size = np.sqrt(np.mean(gap * gap, axis=3, keepdims=True))
    paint = ground + gap * np.maximum(1, 0.35 / np.maximum(size, 0.05))
    image = np.broadcast_to(ground, noise.shape).copy()
    image += 0.35 * hard * _texture(x, y, pick)[..., np.newaxis] * color(-1, 1)
    count, middle = style.clutter, style.clutter // 2
    for number in range(middle):
        _blot(image, blots[:, number], x, y, side)
    surface = paint + 0.30 * hard * _texture(u, v, pick)[..., np.newaxis] * color(-1, 1)
    image += inside[..., np.newaxis] * (surface - image)
    for number in range(middle, count):
        _blot(image, blots[:, number], x, y, side)
    image += noise * (0.05 + 0.05 * hard)
    return np.asarray(np.clip(image, 0, 1) * 255 + 0.5, np.uint8)


def _texture(u: Floats, v: Floats, pick: Callable[[float, float], Floats]) -> Floats:
    """Return stripes, checks, dots or a slope, one kind per picture, between −1 and 1."""
    kind = pick(0, _TEXTURES).astype(np.int32)[:, 0, 0]
    pitch, turn = pick(4.0, 14.0), pick(0, 2 * math.pi)
    a, b = u * np.cos(turn) + v * np.sin(turn), v * np.cos(turn) - u * np.sin(turn)
    waves_a, waves_b = np.sin(a * pitch), np.sin(b * pitch)
    choices = (waves_a, np.sign(waves_a * waves_b), 2.0 * (waves_a * waves_b > 0.45) - 1, np.clip(a, -1, 1))
    found = np.empty(np.broadcast_shapes(a.shape, b.shape), np.float32)
    for number, choice in enumerate(choices):
        rows = kind == number
        found[rows] = choice[rows]
    return found


def _blot(image: Floats, draws: Floats, x: Floats, y: Floats, side: int) -> None:
    """Draw one small ellipse per picture over what is there."""
    parts = draws[:, :, np.newaxis, np.newaxis]
    centre_x, centre_y, long, thin, turn = (parts[:, i] for i in range(5))
    long, thin, turn = 0.03 + 0.07 * long, 0.25 + 0.5 * thin, turn * np.float32(math.pi)
    dx, dy = x - centre_x, y - centre_y
    a, b = dx * np.cos(turn) + dy * np.sin(turn), (dy * np.cos(turn) - dx * np.sin(turn)) / thin
    inside = _coverage((np.sqrt(a * a + b * b) - long) * side)[..., np.newaxis]
    image += inside * (draws[:, np.newaxis, np.newaxis, 5:8] - image)


def _coverage(distance_px: Floats) -> Floats:
    """Return the share of a cell that lies inside, from the distance of its centre to the edge."""
    return np.asarray(np.clip(0.5 - distance_px, 0, 1), np.float32)


def _circle(u: Floats, v: Floats) -> Floats:
    return np.hypot(u, v) - np.float32(0.85)


def _ring(u: Floats, v: Floats) -> Floats:
    return np.abs(np.hypot(u, v) - np.float32(0.68)) - np.float32(0.2)


def _square(u: Floats, v: Floats) -> Floats:
    return np.maximum(np.abs(u), np.abs(v)) - np.float32(0.7)


def _cross(u: Floats, v: Floats) -> Floats:
    a, b = np.abs(u), np.abs(v)
    return np.minimum(np.maximum(a - 0.95, b - 0.3), np.maximum(a - 0.3, b - 0.95))


def _triangle(u: Floats, v: Floats) -> Floats:
    """Return the distance to an equilateral triangle with corners at radius 1, its sides at radius ½."""
    return np.maximum(np.abs(u) * np.float32(math.sqrt(3) / 2) + v * np.float32(0.5), -v) - np.float32(0.5)


def _star(u: Floats, v: Floats) -> Floats:
    """Return the distance to a star of five points at radius 1, its notches at radius 0.42."""
    sector = math.pi / 5
    angle = np.abs((np.arctan2(u, v) + sector) % (2 * sector) - sector)
    radius = np.hypot(u, v)
    along, across = radius * np.cos(angle), radius * np.sin(angle)
    # The edge from the point (1, 0) to the notch, folded into one sector: its normal points outwards.
    notch = 0.42 * math.cos(sector), 0.42 * math.sin(sector)
    length = math.hypot(1 - notch[0], notch[1])
    normal = notch[1] / length, (1 - notch[0]) / length
    return np.asarray((along - 1) * normal[0] + across * normal[1], np.float32)


_DISTANCES: tuple[Callable[[Floats, Floats], Floats], ...] = (_circle, _cross, _ring, _square, _star, _triangle)
