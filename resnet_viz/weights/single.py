"""The natural logarithm, sine and cosine in single precision, to the last bit as the GNU C library computes them.

TensorFlow's normal numbers are made of these three; NumPy's own differ in the last bit for one value in seventy, and a
number that is drawn again near a limit would shift its neighbours. Arguments are those of a Box–Muller transform.

References:
    Formulas and constants: Arm Optimized Routines (MIT licence), logf and sincosf, which are glibc's since 2.27 and 2.28:
    a table of 16 and a polynomial of degree 4; a reduction to ±π/4 and polynomials of degree 7 and 8; all in double
    precision, rounded once.
"""

import numpy as np
import numpy.typing as npt

Single = npt.NDArray[np.float32]

_HEX = float.fromhex
_LN2 = _HEX("0x1.62e42fefa39efp-1")
_HALF_PI = _HEX("0x1.921fb54442d18p0")
# 2/π times 2^24, so that the quadrant stands above 24 bits.
_QUADRANTS = _HEX("0x1.45f306dc9c883p+23")

# 1/c and ln c for a c near the middle of each sixteenth.
_INVERSES, _LOGARITHMS = (
    np.array([_HEX(text) for text in column])
    for column in zip(
        ("0x1.661ec79f8f3bep+0", "-0x1.57bf7808caadep-2"),
        ("0x1.571ed4aaf883dp+0", "-0x1.2bef0a7c06ddbp-2"),
        ("0x1.49539f0f010bp+0", "-0x1.01eae7f513a67p-2"),
        ("0x1.3c995b0b80385p+0", "-0x1.b31d8a68224e9p-3"),
        ("0x1.30d190c8864a5p+0", "-0x1.6574f0ac07758p-3"),
        ("0x1.25e227b0b8eap+0", "-0x1.1aa2bc79c81p-3"),
        ("0x1.1bb4a4a1a343fp+0", "-0x1.a4e76ce8c0e5ep-4"),
        ("0x1.12358f08ae5bap+0", "-0x1.1973c5a611cccp-4"),
        ("0x1.0953f419900a7p+0", "-0x1.252f438e10c1ep-5"),
        ("0x1p+0", "0x0p+0"),
        ("0x1.e608cfd9a47acp-1", "0x1.aa5aa5df25984p-5"),
        ("0x1.ca4b31f026aap-1", "0x1.c5e53aa362eb4p-4"),
        ("0x1.b2036576afce6p-1", "0x1.526e57720db08p-3"),
        ("0x1.9c2d163a1aa2dp-1", "0x1.bc2860d22477p-3"),
        ("0x1.886e6037841edp-1", "0x1.1058bc8a07ee1p-2"),
        ("0x1.767dcf5534862p-1", "0x1.4043057b6ee09p-2"),
        strict=True,
    )
)
_LOG = [_HEX(text) for text in ("-0x1.00ea348b88334p-2", "0x1.5575b0be00b6ap-2", "-0x1.ffffef20a4123p-2")]
_SIN = [_HEX(text) for text in ("-0x1.555545995a603p-3", "0x1.1107605230bc4p-7", "-0x1.994eb3774cf24p-13")]
_COS = [
    _HEX(text)
    for text in ("-0x1.ffffffd0c621cp-2", "0x1.55553e1068f19p-5", "-0x1.6c087e89a359dp-10", "0x1.99343027bf8c3p-16")
]


def log(x: Single) -> Single:
    """Return ln x of normal positive numbers."""
    bits = x.view(np.int32)
    # x = 2^k · z, with z near 1 in one of sixteen parts: ln x = k · ln 2 + ln c + ln(z / c).
    above = bits - np.int32(0x3F330000)
    place = (above >> 19) & 15
    z = (bits - (above & np.int32(-(1 << 23)))).view(np.float32).astype(np.float64)
    r = z * _INVERSES[place] - 1.0
    start = _LOGARITHMS[place] + (above >> 23) * _LN2
    squared = r * r
    y = _LOG[0] * squared + (_LOG[1] * r + _LOG[2])
    logarithm: Single = (y * squared + (start + r)).astype(np.float32)
    return logarithm


def sin_cos(x: Single) -> tuple[Single, Single]:
    """Return sin x and cos x for 0 ≤ x < 120."""
    wide = x.astype(np.float64)
    quadrant = ((wide * _QUADRANTS).astype(np.int32) + np.int32(0x800000)) >> 24
    y = wide - quadrant * _HALF_PI
    squared = y * y
    fourth, third = squared * squared, squared * y
    sine = y + third * _SIN[0] + (third * squared) * (_SIN[1] + squared * _SIN[2])
    cosine = (1.0 + squared * _COS[0]) + fourth * _COS[1] + (fourth * squared) * (_COS[2] + squared * _COS[3])
    is_odd = (quadrant & 1).astype(bool)
    sign_of_sine = np.where(quadrant & 2, -1.0, 1.0)
    sign_of_cosine = np.where((quadrant + 1) & 2, -1.0, 1.0)
    return (
        (np.where(is_odd, cosine, sine) * sign_of_sine).astype(np.float32),
        (np.where(is_odd, sine, cosine) * sign_of_cosine).astype(np.float32),
    )
