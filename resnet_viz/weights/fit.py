"""Weights know which network they fit: what fits stays, the rest is named, nothing fails."""

from collections.abc import Mapping
from dataclasses import dataclass

from resnet_viz.analysis import LayerRecord, NetworkSummary
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.errors import WeightsError
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined, ngettext
from resnet_viz.spec.layers import BatchNorm, Conv, Dense, Shape

_SHOWN = 3


@dataclass(frozen=True)
class Fit:
    """How a set of arrays fits a network.

    Attributes:
        fitting: Arrays of the network that the set has in the right shape.
        misshapen: Arrays that the set has in another shape: (name, expected, found).
        missing: Arrays of the network that the set lacks.
        unknown: Arrays of the set that the network lacks.
    """

    fitting: tuple[str, ...]
    misshapen: tuple[tuple[str, Shape, Shape], ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every array of the network comes from the set."""
        return not self.misshapen and not self.missing

    @property
    def random_layers(self) -> tuple[str, ...]:
        """Layers that keep at least one array of their own random start."""
        names = [name for name, _expected, _found in self.misshapen] + list(self.missing)
        return tuple(dict.fromkeys(name.rpartition("/")[0] for name in names))

    def refusal(self) -> str:
        """Return why these are no weights of this network at all; "" if any array fits."""
        if self.fitting:
            return ""
        why = self._misshapen_texts()[:1] or [
            _("the file has {found}, the network needs {expected}").format(
                found=_names(self.unknown), expected=_names(self.missing)
            )
        ]
        return _(
            "Nothing of these weights fits this network, so they are not used: {why}. Take a file of this network, or choose the network that the file belongs to."
        ).format(why=why[0])

    def sentence(self) -> str:
        """Return what does not fit, the first cases by name, and what stays; "" if all fits."""
        if self.is_complete:
            return ""
        parts = self._misshapen_texts()
        if len(self.misshapen) > _SHOWN:
            parts.append(_("{n} more have another shape").format(n=len(self.misshapen) - _SHOWN))
        if self.missing:
            parts.append(
                ngettext("{n} is missing ({names})", "{n} are missing ({names})", len(self.missing)).format(
                    n=len(self.missing), names=_names(self.missing)
                )
            )
        kept = ngettext("{n} array keeps its values", "{n} arrays keep their values", len(self.fitting)).format(
            n=len(self.fitting)
        )
        rest = _("the other layers are random, so the output is no prediction")
        return _("{sentence}.").format(sentence=joined([*parts, kept, rest], "; "))

    def _misshapen_texts(self) -> list[str]:
        return [
            _("`{name}` has {found}, the network needs {expected}").format(
                name=name, found=shape_text(found), expected=shape_text(expected)
            )
            for name, expected, found in self.misshapen[:_SHOWN]
        ]


def expected_arrays(summary: NetworkSummary) -> dict[str, Shape]:
    """Return the shape of every array of a network, as ``layer/array`` in Keras's layout and order."""
    return {
        f"{record.node.id}/{name}": shape for record in summary.records for name, shape in _arrays_of(record).items()
    }


def fit(summary: NetworkSummary, found: Mapping[str, Shape]) -> Fit:
    """Return how arrays of these names and shapes fit a network."""
    expected = expected_arrays(summary)
    fitting = tuple(name for name, shape in expected.items() if found.get(name) == shape)
    misshapen = tuple((name, shape, found[name]) for name, shape in expected.items() if found.get(name, shape) != shape)
    missing = tuple(name for name in expected if name not in found)
    return Fit(fitting, misshapen, missing, tuple(name for name in found if name not in expected))


def fit_or_refuse(summary: NetworkSummary, found: Mapping[str, Shape]) -> Fit:
    """Return how arrays fit a network, of which at least one must.

    Raises:
        WeightsError: If nothing fits: a network with such weights would be a random one by another name.
    """
    result = fit(summary, found)
    if result.refusal():
        raise WeightsError(result.refusal())
    return result


def _names(names: tuple[str, ...]) -> str:
    return joined(f"`{name[:60]}`" for name in names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _arrays_of(record: LayerRecord) -> dict[str, Shape]:
    channels = record.input_shape[-1]
    match record.node.layer:
        case Conv(filters=filters, kernel_size=kernel, use_bias=use_bias):
            return {"kernel": (kernel, kernel, channels, filters)} | ({"bias": (filters,)} if use_bias else {})
        case BatchNorm():
            return dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), (channels,))
        case Dense(units=units):
            return {"kernel": (channels, units), "bias": (units,)}
    return {}
