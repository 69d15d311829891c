"""What a weights file is: container, layout, network, what is read of it and what is passed over."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from resnet_viz.analysis import network
from resnet_viz.errors import ResNetVizError, WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.spec import PRESETS, ResNetSpec
from resnet_viz.spec.changes import changed_paths
from resnet_viz.spec.layers import Shape
from resnet_viz.weights.architectures import check_architecture, check_names
from resnet_viz.weights.containers.contents import Contents
from resnet_viz.weights.fit import expected_arrays
from resnet_viz.weights.layouts import assigned
from resnet_viz.weights.layouts.keras import AUTOMATIC
from resnet_viz.weights.layouts.layout import HEAD, Assignment, Layout, Source
from resnet_viz.weights.recognise import Reading, readings, unfolded
from resnet_viz.weights.structure import Structure, structure_of

_IMAGENET_CLASSES = 1000
_COURSE = ("course", "coursera-2018")
# How those prepare pictures who publish these networks for ImageNet; Keras's files of the course's names are its own.
_OF_IMAGENET = {
    **dict.fromkeys(("keras-v1", "keras-v1-101", "keras-v1-152", *_COURSE), "caffe"),
    **dict.fromkeys(("torch-v1.5", "resnet18", "resnet34"), "torch"),
    "v2": "signed",
}
_TORCH = ("torch", "hugging-face")
_FOLDED = "folded"
_NO_HEAD = "no_head"
# Names that a sentence or a table shows.
_SHOWN = 40


@dataclass(frozen=True)
class About:
    """What is known of a weights file.

    Attributes:
        container: ``safetensors``, ``npz``, ``hdf5``, ``keras`` or ``onnx``.
        layout: Whose names its arrays have, a key of `resnet_viz.weights.layouts`.
        preset: The preset its network is nearest to; "" where that is open.
        spec: The network; None where it is open.
        changes: How it differs from the preset.
        assumed: Fields that are usual for such a network; arrays do not show them.
        rivals: Presets that the arrays fit equally well, if there are several.
        candidates: The networks that those stand for, in the same order.
        notes: What else was noticed; see `resnet_viz.weights.sayings`.
        read: How many arrays are read.
        counters: How many of whole numbers are passed over.
        unknown: Arrays of real numbers that have no place, with their shapes; the first ones.
        unknown_count: How many those are.
        parameters: Of the network; 0 where it is open.
        normalisation: The preprocessing, where it is certain or a person has said it; "" if a person has to say.
        is_said: Whether a person has said it.
    """

    container: str
    layout: str
    preset: str = ""
    spec: ResNetSpec | None = None
    changes: Mapping[str, str] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    candidates: tuple[ResNetSpec, ...] = ()
    notes: tuple[str, ...] = ()
    read: int = 0
    counters: int = 0
    unknown: tuple[tuple[str, Shape], ...] = ()
    unknown_count: int = 0
    parameters: int = 0
    normalisation: str = ""
    is_said: bool = False

    @property
    def is_folded(self) -> bool:
        """Whether the file has its BatchNorms as part of the convolutions."""
        return _FOLDED in self.notes

    @property
    def has_imagenet_classes(self) -> bool:
        """Whether its classes are taken to be ImageNet's: as many, of a network published for them; no file names them."""
        return (
            self.spec is not None
            and self.spec.classes == _IMAGENET_CLASSES
            and self.preset in _OF_IMAGENET
            and _NO_HEAD not in self.notes
        )

    def decided(self, preset: str) -> "About":
        """Return what the file is where a person has said which of the networks is meant that it fits equally well.

        Raises:
            WeightsError: If that preset is none of them.
        """
        if preset not in self.rivals:
            raise WeightsError(broken_rule("network", joined(self.rivals), preset[:40]))
        spec = self.candidates[self.rivals.index(preset)]
        if self.is_folded:  # the norms that stand for those of the file were made for the first one
            spec = replace(spec, bn_epsilon=self.candidates[0].bn_epsilon)
        undecided = replace(self, rivals=(), candidates=())
        return _as_network(undecided, Reading(preset, spec, changed_paths(PRESETS[preset], spec)))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        networks = {
            "spec": self.spec.to_dict() if self.spec else None,
            "candidates": [spec.to_dict() for spec in self.candidates],
        }
        return asdict(self) | networks

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "About":
        """Return what `to_dict` gave, after a way through JSON."""
        lists = {name: tuple(data[name]) for name in ("assumed", "rivals", "notes")}
        unknown = tuple((name, tuple(shape)) for name, shape in data["unknown"])
        spec = ResNetSpec.from_dict(data["spec"]) if data["spec"] else None
        candidates = tuple(map(ResNetSpec.from_dict, data.get("candidates", ())))
        return cls(**{**data, **lists, "unknown": unknown, "spec": spec, "candidates": candidates})


def about_file(contents: Contents, spec: ResNetSpec | None = None) -> tuple[About, dict[str, Source]]:
    """Return what a file is, and every array that has a place, by our ``layer/array``.

    Args:
        contents: What it declares.
        spec: The network, where a person has said which.

    Raises:
        WeightsError: If nothing of it belongs to a residual network, several networks lie in it, or it is another one.
    """
    layout, assignment = assigned(contents)
    check_names(contents.entries)
    _check_places(contents, assignment)
    shapes = {name: source.shape for name, source in assignment.places.items()}
    structure = structure_of(shapes)
    _check_orientation(contents, shapes)
    check_architecture(contents.entries, assignment.places, structure, is_torch=layout.name in _TORCH)
    found = _networks(contents, assignment, structure, spec)
    about = About(
        contents.container,
        layout.name,
        notes=_notes(contents, assignment, found),
        read=len(assignment.places),
        counters=sum(entry.is_counter for entry in contents.entries),
        unknown=tuple((entry.name[:80], tuple(entry.shape)) for entry in assignment.unknown[:_SHOWN]),
        unknown_count=len(assignment.unknown),
    )
    return _with_network(about, layout, found), _own_names(assignment, shapes)


def _check_places(contents: Contents, assignment: Assignment) -> None:
    if "orders" in assignment.notes:
        raise WeightsError(
            _(
                "The layers of these weights carry only numbers. Their shapes fit two orders of the projections equally well. Give every layer its name, such as `conv1`, and save them anew."
            )
        )
    if assignment.rivals:
        raise WeightsError(
            _(
                "This file holds several networks, under {names}. Nothing tells which is meant. Save the arrays of one alone."
            ).format(names=joined(f"`{prefix or '/'}`" for prefix in assignment.rivals))
        )
    if assignment.places:
        return
    if all(entry.is_counter for entry in contents.entries):
        entry = contents.entries[0]
        raise WeightsError(broken_rule(entry.name[:60], _("an array of floating-point numbers"), entry.dtype[:40]))
    names = [entry.name[:60] for entry in contents.entries]
    shown = joined(f"`{name}`" for name in names[:3])
    if any(AUTOMATIC.fullmatch(part) for name in names for part in name.replace(".", "/").split("/")):
        raise WeightsError(
            _(
                "The layers of these weights carry only numbers ({names}). In that order their shapes are no residual network that this app knows."
            ).format(names=shown)
        )
    raise WeightsError(
        _(
            "No array of this file has a name that this app knows. It has {names}. Known are the names of Keras, torchvision, timm, Hugging Face and this app, such as `conv1/kernel` or `layer1.0.conv1.weight`."
        ).format(names=shown)
    )


def _check_orientation(contents: Contents, shapes: Mapping[str, Shape]) -> None:
    """Refuse the kernels of old Keras files that stand as Theano had them."""
    shape = shapes.get("conv1/kernel", ())
    if contents.container == "hdf5" and len(shape) == 4 and shape[2] == shape[3] and shape[0] != shape[1]:
        raise WeightsError(
            _(
                "The kernels of this file stand as (outputs, inputs, height, width), as old Keras wrote them for Theano. It does not say whether they are turned by 180° too. Load it in the Keras that wrote it, and save it for TensorFlow."
            )
        )


def _networks(
    contents: Contents, assignment: Assignment, structure: Structure | None, spec: ResNetSpec | None
) -> list[Reading]:
    """Return the networks that the arrays fit equally well: what a person or the file says is the only one.

    Of a network that a person says the arrays may be another size: its preset counts then.
    """
    if spec is not None:
        said_preset = _named(spec)
        if _are_of(spec, assignment) or structure is None:
            return [said_preset]
        return readings(structure, (said_preset.preset,), assignment.hints) or [said_preset]
    said = _said_by_file(contents, assignment)
    if said is not None:
        return [_named(said)]
    if structure is None:
        return []
    if _FOLDED in assignment.notes:
        return unfolded(structure, assignment.presets, assignment.hints)
    presets = assignment.presets
    is_legacy = contents.container == "hdf5" and not any("/vars/" in entry.name for entry in contents.entries)
    if not presets and is_legacy and structure.per_block == 3 and all(structure.biases.values()):
        presets = _COURSE  # Keras's own files with such names are as old as the course
    return readings(structure, presets, assignment.hints)


def _named(spec: ResNetSpec) -> Reading:
    """Return a network under the preset that needs the fewest changes."""
    name = min(PRESETS, key=lambda key: len(changed_paths(PRESETS[key], spec)))
    return Reading(name, spec, changed_paths(PRESETS[name], spec))


def _said_by_file(contents: Contents, assignment: Assignment) -> ResNetSpec | None:
    """Return the network that a file describes itself, if its arrays are that network's."""
    if not contents.specification:
        return None
    try:
        spec = ResNetSpec.from_json(contents.specification)
    except ResNetVizError:
        return None
    return spec if _are_of(spec, assignment) else None


def _are_of(spec: ResNetSpec, assignment: Assignment) -> bool:
    """Whether every array that has a place is a network's, in its shape."""
    try:
        expected = expected_arrays(network(spec))
    except ResNetVizError:
        return False
    found = {_with_classes(name, spec.classes): source.shape for name, source in assignment.places.items()}
    return all(expected.get(name) == shape for name, shape in found.items())


def _notes(contents: Contents, assignment: Assignment, found: list[Reading]) -> tuple[str, ...]:
    notes = list(assignment.notes)
    if any(name.startswith("scale") for name in assignment.places):
        notes.append("scales")
    if contents.passed:
        notes.append("optimizer")
    if f"{HEAD}/kernel" not in assignment.places:
        notes.append(_NO_HEAD)
    kinds = {name.rpartition("/")[2] for name in assignment.places}
    if "gamma" in kinds and "moving_variance" not in kinds:
        notes.append("no_statistics")
    if found and contents.specification and found[0].spec == _said_by_file(contents, assignment):
        notes.append("said")
    return tuple(notes)


def _with_network(about: About, layout: Layout, found: list[Reading]) -> About:
    if len(found) != 1:
        rivals = tuple(reading.preset for reading in found)
        return replace(about, rivals=rivals, candidates=tuple(reading.spec for reading in found))
    return _as_network(replace(about, assumed=layout.assumed), found[0])


def _as_network(about: About, reading: Reading) -> About:
    return replace(
        about,
        preset=reading.preset,
        spec=reading.spec,
        changes=reading.changes,
        assumed=(*about.assumed, *reading.assumed),
        parameters=network(reading.spec).totals.parameters,
        normalisation=_normalisation(reading),
    )


def _normalisation(reading: Reading) -> str:
    """Return how pictures were prepared for such a network, where everybody does it so; "" elsewhere.

    A network of another depth, or with its BatchNorms as part of the convolutions, is still one of its family.
    """
    same = all(path.endswith((".blocks", "use_bias")) or path.startswith(("bias.", "head")) for path in reading.changes)
    if reading.spec.classes == _IMAGENET_CLASSES and same:
        return _OF_IMAGENET.get(reading.preset, "")
    is_course = reading.preset in _COURSE and reading.spec.classes == PRESETS["course"].classes
    return "unit" if is_course and reading.spec.input_shape == PRESETS["course"].input_shape else ""


def _own_names(assignment: Assignment, shapes: Mapping[str, Shape]) -> dict[str, Source]:
    """Return the places with the classifier under its id, which has its classes at the end."""
    classes = shapes.get(f"{HEAD}/kernel", shapes.get(f"{HEAD}/bias", (0,)))[-1]
    return {_with_classes(name, classes): source for name, source in assignment.places.items()}


def _with_classes(name: str, classes: int) -> str:
    layer, _slash, array = name.partition("/")
    return f"{HEAD}{classes}/{array}" if layer == HEAD else name
