"""Random numbers as TensorFlow's stateless operations draw them, from a seed alone.

A number follows from its place: counters are independent, so arrays are drawn piece by piece, in any order.

References:
    Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3 (Philox 4×32-10; multipliers and Weyl constants).
    TensorFlow 2.21: `tsl/lib/random/philox_random.h` (rounds), `random_distributions_utils.h` (23 mantissa bits,
    Box–Muller with 1e-7 for 0), `random_distributions.h` (truncated at 2, both of a pair tried),
    `core/kernels/random_op_cpu.h` (256 numbers reserved for each drawn, in groups of four), and
    `core/kernels/stateless_random_ops.cc` (the constants that scramble a seed).
    Keras 3.15: `backend/tensorflow/random.py` (a seed is taken modulo 2³¹ − 2; the second word is 0).
"""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from resnet_viz.weights.single import Single, log, sin_cos

Words = npt.NDArray[np.uint64]
"""32-bit words, in 64 bits so that a product of two keeps its upper half."""

_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL = 0x9E3779B9, 0xBB67AE85
_SCRAMBLE_KEY = 0x3EC8F720, 0x02461E29
_ROUNDS = 10
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
# Blocks of four numbers that a group of four may use, of 256 reserved ones each.
_BLOCKS_RESERVED = 256
_TRUNCATED_AT = 2.0
_SMALLEST = np.float32(1e-7)
# Blocks worked on at once: what a round holds stays in the processor's second cache.
_PIECE = 16_384


def uniform(seed: int, count: int) -> Single:
    """Return numbers of [0, 1), as `tf.random.stateless_uniform`."""
    drawn = np.empty(-(-count // 4) * 4, np.float32)
    for blocks in _pieces(len(drawn) // 4):
        words = _words(seed, blocks)
        for place in range(4):
            drawn[int(blocks[0]) * 4 + place : (int(blocks[-1]) + 1) * 4 : 4] = _fractions(words[place])
    return drawn[:count]


def truncated_normal(seed: int, count: int) -> Single:
    """Return normal numbers of less than 2 standard deviations, as `tf.random.stateless_truncated_normal`.

    Equal to the last bit where TensorFlow uses glibc (Linux); elsewhere its logarithm and sine may differ in that bit.
    """
    drawn = np.empty((-(-count // 4), 4), np.float32)
    for groups in _pieces(len(drawn)):
        drawn[int(groups[0]) : int(groups[-1]) + 1] = _groups(seed, groups)
    return drawn.reshape(-1)[:count]


def _groups(seed: int, groups: Words) -> Single:
    """Return four numbers per group: each draws block after block until four of its pairs' numbers are small enough."""
    drawn = np.empty((len(groups), 4), np.float32)
    have = np.zeros(len(groups), np.intp)
    open_ones, block = np.arange(len(groups)), 0
    while len(open_ones):
        words = _words(seed, groups[open_ones] * np.uint64(_BLOCKS_RESERVED) + np.uint64(block))
        for first in (0, 2):
            for numbers in _normal_pair(words[first], words[first + 1]):
                is_taken = (np.abs(numbers) < _TRUNCATED_AT) & (have[open_ones] < 4)
                taking = open_ones[is_taken]
                drawn[taking, have[taking]] = numbers[is_taken]
                have[taking] += 1
        open_ones, block = open_ones[have[open_ones] < 4], block + 1
    return drawn


def _normal_pair(first: Words, second: Words) -> tuple[Single, Single]:
    """Return two independent normal numbers per pair of words (Box and Muller 1958)."""
    share = np.maximum(_fractions(first), _SMALLEST)
    angle = (2.0 * math.pi * _fractions(second).astype(np.float64)).astype(np.float32)
    radius = np.sqrt(np.float32(-2.0) * log(share))
    sine, cosine = sin_cos(angle)
    return sine * radius, cosine * radius


def _fractions(words: Words) -> Single:
    """Return numbers of [0, 1) from the lower 23 bits."""
    bits = (words & np.uint64(0x7FFFFF)).astype(np.uint32) | np.uint32(127 << 23)
    return bits.view(np.float32) - np.float32(1.0)


def _pieces(count: int) -> Iterator[Words]:
    for start in range(0, count, _PIECE):
        yield np.arange(start, min(start + _PIECE, count), dtype=np.uint64)


def _words(seed: int, blocks: Words) -> tuple[Words, Words, Words, Words]:
    """Return the four words of each block of a seed's stream."""
    one = np.uint64(seed % (2**31 - 2))
    zero = np.uint64(0)
    low, high, third, fourth = (np.uint64(word) for word in _rounds((one, zero, zero, zero), _SCRAMBLE_KEY))
    return _rounds((blocks & _LOW, blocks >> _HALF, third, fourth), (int(low), int(high)))


def _rounds(
    counter: tuple[Words | np.uint64, Words | np.uint64, Words | np.uint64, Words | np.uint64], key: tuple[int, int]
) -> tuple[Words, Words, Words, Words]:
    """Return the words that a counter and a key give."""
    a, b, c, d = (np.asarray(word, np.uint64) for word in counter)
    for turn in range(_ROUNDS):
        key_low, key_high = (
            np.uint64((part + turn * step) & 0xFFFFFFFF) for part, step in zip(key, _WEYL, strict=True)
        )
        first, second = a * _MULTIPLIERS[0], c * _MULTIPLIERS[1]
        a, b = (second >> _HALF) ^ b ^ key_low, second & _LOW
        c, d = (first >> _HALF) ^ d ^ key_high, first & _LOW
    return a, b, c, d
