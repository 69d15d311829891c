"""The stand-in's layers: called, they write down a step; misused, they say how."""

import math
from typing import Any, NoReturn

from resnet_viz.analysis.shapes import windows
from resnet_viz.check.dust import Dust
from resnet_viz.check.recorder import Found, Recorder, Size, Tensor, size_of
from resnet_viz.check.session import Initializer, KerasRefusesError, Session, Unknown
from resnet_viz.check.signatures import ANYWHERE, KNOWN, MERGES, Signature, meant
from resnet_viz.check.starts import extras_of, start_of
from resnet_viz.check.vocabulary import ACTIVATIONS, OF_MODELS
from resnet_viz.check.wording import near, suggested
from resnet_viz.messages import gettext as _
from resnet_viz.messages import ngettext

_LEARN = frozenset(("conv", "batch_norm", "dense"))
"""Kinds with weights."""


class Layer:
    """A layer of Keras. Known ones have a signature; a class of the student's own has `call`."""

    _signature: Signature | None = None
    _session: Session

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.name = str(kwargs.get("name") or "")
        self._given: dict[str, Any] = {}
        self._tensors: tuple[Tensor, ...] = ()
        self._step = ""
        self._problems: list[Found] = []
        if self._signature is not None:
            self._lines = self._session.record.lines()
            self._line = next(iter(self._lines), None)
            self._bind(self._signature, args, kwargs)

    def _bind(self, signature: Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        title = type(self).__name__
        values = dict(signature.arguments)
        names = list(values)
        if signature.kind in MERGES and args and _tensors_in(args[0]):
            self._tensors, args = _tensors_in(args[0]), args[1:]
        elif any(map(_tensors_in, args)):
            text = _(
                "`{layer}({argument})` makes the layer with x as its setting. Write `{layer}(…)({argument})`: first the settings, then x."
            )
            raise KerasRefusesError(text.format(layer=title, argument="X"))
        if len(args) > len(names):
            text = ngettext(
                "`{layer}` takes at most {n} argument without a name.",
                "`{layer}` takes at most {n} arguments without a name.",
                len(names),
            )
            raise KerasRefusesError(text.format(layer=title, n=len(names)))
        given = dict(zip(names, args, strict=False))
        for name, value in kwargs.items():
            if name in given:
                raise KerasRefusesError(_("`{layer}` got `{name}` twice.").format(layer=title, name=name))
            if name in values or name in ANYWHERE:
                given[name] = value
                continue
            near = meant(name, signature)
            self._problems.append(
                Found("argument-unknown", self._line, values={"layer": title, "name": name, "near": near})
            )
            if near:
                given.setdefault(near, value)
        lacking = [name for name in signature.required() if name not in given]
        if lacking:
            text = _("`{layer}` needs `{name}`.").format(layer=title, name=lacking[0])
            raise KerasRefusesError(text)
        values.update(given)
        if given.get("trainable") is False and signature.kind in _LEARN:
            values_ = {"form": "frozen", "layer": title}
            self._problems.append(Found("other", self._line, values=values_))
        self.name = str(values.pop("name", None) or "")
        self._given = values

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Apply the layer."""
        if self._signature is None:
            call = getattr(self, "call", None)
            name = type(self).__name__
            if call is None:
                text = _("`{layer}` has no `call`: that is where a layer of one's own says what it computes.")
                raise KerasRefusesError(text.format(layer=name))
            if "_given" not in self.__dict__:
                text = _("`{layer}` does not call `super().__init__()` before it makes its layers.")
                raise KerasRefusesError(text.format(layer=name))
            if not self.__dict__.get("built"):
                self.built = True
                self.build(args[0].shape if args and isinstance(args[0], Tensor) else None)
            return call(*args, **kwargs)
        record, title = self._session.record, type(self).__name__
        if not args:
            args = tuple(kwargs.pop(name) for name in ("inputs", "x", "input") if name in kwargs)[:1]
        if not args:
            if not self._tensors:
                raise KerasRefusesError(_("`{layer}(…)()` is called without x.").format(layer=title))
            return self.applied()
        if len(args) > 1 and isinstance(args[1], Tensor):
            raise KerasRefusesError(
                _("`{layer}()` takes one list: write `{layer}()([X, X_shortcut])`.").format(layer=title)
            )
        if self._tensors:
            self._problems.append(Found("other", self._line, values={"form": "list-twice", "layer": title}))
        reads = args[0]
        many = self._signature.kind in MERGES
        if many and not isinstance(reads, (list, tuple)):
            raise KerasRefusesError(
                _("`{layer}()` takes one list: write `{layer}()([X, X_shortcut])`.").format(layer=title)
            )
        values = list(reads) if isinstance(reads, (list, tuple)) else [reads]
        if not many and len(values) != 1:
            raise KerasRefusesError(_("`{layer}` reads one tensor, not {n}.").format(layer=title, n=len(values)))
        for name in kwargs.keys() - {"training", "mask"}:
            near = "training" if name[:1] == "t" else ""
            values_ = {"layer": title, "name": name, "near": near}
            self._problems.append(Found("argument-unknown", record.line(), values=values_))
        phase = kwargs.get("training", args[1] if len(args) > 1 else None)
        return self._apply(tuple(tensor_of(value, record, title) for value in values), phase)

    def build(self, _shape: object = None) -> None:
        """Make what a layer of the code's own makes only when it knows its input; others have nothing to do."""

    def applied(self) -> Tensor:
        """Return what the layer gives though nobody called it: what follows can be judged then."""
        record = self._session.record
        title = type(self).__name__
        last = next((step for step in reversed(record.steps) if step.scope == record.scope), None)
        if self._tensors:
            found = Found("add-not-called", self._line, values={"layer": title})
        elif last is None or self._signature is None:
            record.refuse(title)
        else:
            found = Found("other", self._line, values={"form": "not-called", "layer": title})
        tensors = self._tensors or (Tensor(record, last),)  # type: ignore[arg-type]
        self._tensors = ()
        tensor = self._apply(tensors, None)
        record.steps[-1].line = self._line
        found.step = record.steps[-1].id
        record.found.append(found)
        self._applied = tensor
        return tensor

    def _apply(self, tensors: tuple[Tensor, ...], phase: object) -> Tensor:
        record, signature = self._session.record, self._signature
        if signature is None:
            record.refuse(type(self).__name__)
        made = step_of(signature.kind, type(self).__name__, self._given, tensors, record, phase)
        kind, settings, shape = made
        if kind == "linear":
            return tensors[0]
        tensor = record.put(kind, tensors, shape, settings=settings, name=self.name)
        step = record.steps[-1]
        step.made = self._lines
        for problem in self._problems:
            record.found.append(Found(problem.id, problem.line, step.id, problem.values))
        self._problems = []
        record.kept.append(self)
        record.uses[id(self)] = record.uses.get(id(self), 0) + 1
        if record.uses[id(self)] == 2 and kind in _LEARN:
            values = {"form": "shared", "layer": type(self).__name__}
            record.found.append(Found("other", step.line, step.id, values))
        activation = activation_name(self._given.get("activation"), record)
        if kind in ("conv", "dense") and activation != "linear":
            return record.put(activation, (tensor,), shape)
        return tensor

    def __getattr__(self, name: str) -> Any:
        is_own = self._signature is None and name not in ("add_weight", "add_loss", "add_metric")
        if is_own and name in OF_MODELS:
            return Dust(f"{type(self).__name__}.{name}", self._session)
        if name.startswith("_") or is_own or name in ("call", "shape"):
            raise AttributeError(name)
        return _refused(self._session.record, f"{type(self).__name__}.{name}")


def layer_classes(session: Session) -> dict[str, type[Layer]]:
    """Return the known layers by name, writing to a session."""
    return {
        name: type(name, (Layer,), {"_signature": signature, "_session": session}) for name, signature in KNOWN.items()
    }


def tensor_of(value: object, record: Recorder, reader: str) -> Tensor:
    """Return what a layer is given as a tensor; a layer that was never called counts as called, and is noted.

    Raises:
        KerasRefusesError: If it is nothing that a layer reads.
        NotKnownError: If it came from something unknown.
    """
    if isinstance(value, Tensor):
        return value
    if isinstance(value, Layer):
        done = value.__dict__.get("_applied")
        return done if done is not None else value.applied()
    if isinstance(value, Unknown):
        record.refuse(repr(value))
    if isinstance(value, Initializer):  # `tf.zeros(…)` is a tensor of values
        record.refuse(f"{value.name}(…)")
    if value is None:
        raise KerasRefusesError(
            _("`{layer}` is given None. Whatever made its input returned nothing: is a `return` missing?").format(
                layer=reader
            )
        )
    raise KerasRefusesError(
        _("`{layer}` is given {value}, which is no output of a layer.").format(layer=reader, value=shown(value))
    )


def shown(value: object) -> str:
    """Return a value as a sentence can quote it: never by what the stand-in calls it."""
    if isinstance(value, Tensor):
        return _("the output of a layer")
    if isinstance(value, Layer):
        return f"{type(value).__name__}(…)"
    if isinstance(value, (list, tuple)) and any(isinstance(each, (Tensor, Layer)) for each in value):
        return _("a list of layers")
    if isinstance(value, Initializer):
        return value.name
    text = repr(value) if isinstance(value, Unknown) or not hasattr(value, "__name__") else str(value.__name__)
    return _("something else") if "<" in text else text[:40]


def activation_name(value: object, record: Recorder) -> str:
    """Return an activation as a kind: ``relu``, ``softmax``, ``linear`` or another name."""
    if value is None:
        return "linear"
    if isinstance(value, str):
        if value.lower() not in ACTIVATIONS:
            text = _("Keras has no activation '{name}'.").format(name=value[:40])
            raise KerasRefusesError(suggested(text, near(value, ACTIVATIONS)))
        return value.lower()
    if isinstance(value, Layer):
        return "relu" if type(value).__name__ == "ReLU" else type(value).__name__.lower()
    name = getattr(value, "activation", None)
    if isinstance(name, str):
        return name
    return _refused(record, "activation=…")


_OF_MAPS = frozenset(("conv", "max_pool", "average_pool", "padding", "global_average_pool", "global_max_pool"))


def step_of(
    kind: str, title: str, given: dict[str, Any], tensors: tuple[Tensor, ...], record: Recorder, phase: object
) -> tuple[str, dict[str, Any], Size | None]:
    """Return a step's kind, settings and shape."""
    size = size_of(tensors[0])
    if kind in _OF_MAPS and size is not None and len(size) != 3:
        text = _("`{layer}` reads maps of height, width and channels. It is given {shape}.")
        raise KerasRefusesError(text.format(layer=title, shape="×".join(map(str, size))))
    match kind:
        case "conv":
            settings = _conv(given, title, record)
            return kind, settings, _windowed(size, settings, "kernel_size", settings["filters"], record)
        case "max_pool" | "average_pool":
            settings = {"pool_size": _pair(given["pool_size"], title, "pool_size", record)}
            strides = given["strides"]
            settings["strides"] = settings["pool_size"] if strides is None else _pair(strides, title, "strides", record)
            settings["padding"] = _padding(given, title)
            return (
                kind,
                settings,
                _windowed(size, settings, "pool_size", size[2] if size and len(size) == 3 else 0, record),
            )
        case "padding":
            settings = {"size": _frame(given["padding"], title, record)}
            n = settings["size"]
            fits = size and len(size) == 3 and isinstance(n, int)
            return kind, settings, (size[0] + 2 * n, size[1] + 2 * n, size[2]) if fits and size else None
        case "batch_norm":
            settings = {name: given[name] for name in ("axis", "momentum", "epsilon", "center", "scale")}
            settings["axis"] = _axis(settings["axis"], size)
            settings["extras"] = extras_of(given)
            settings["training"] = phase if phase in (True, False) and isinstance(phase, (bool, int)) else None
            return kind, settings, size
        case "dense":
            settings = {"units": _whole(given["units"], title, "units", record), "use_bias": bool(given["use_bias"])}
            settings |= start_of(given["kernel_initializer"])
            return kind, settings, ((*size[:-1], settings["units"]) if size else None)
        case "flatten":
            return kind, {}, (math.prod(size),) if size else None
        case "global_average_pool" | "global_max_pool":
            return kind, {}, (size[-1],) if size else None
        case "activation":
            return activation_name(given["activation"], record), {}, size
        case "relu" if given["max_value"] is not None:
            return "relu6", {}, size
        case "concatenate":
            sizes = [size_of(tensor) for tensor in tensors]
            return kind, {}, (*size[:-1], sum(each[-1] if each else 0 for each in sizes)) if size else None
    return kind, {}, size


def _conv(given: dict[str, Any], title: str, record: Recorder) -> dict[str, Any]:
    if given.get("data_format") == "channels_first":
        record.refuse("data_format='channels_first'")
    return {
        "filters": _whole(given["filters"], title, "filters", record),
        "kernel_size": _pair(given["kernel_size"], title, "kernel_size", record),
        "strides": _pair(given["strides"], title, "strides", record),
        "padding": _padding(given, title),
        "dilation_rate": _pair(given["dilation_rate"], title, "dilation_rate", record),
        "groups": _whole(given["groups"], title, "groups", record),
        "use_bias": bool(given["use_bias"]),
        **start_of(given["kernel_initializer"]),
        "extras": extras_of(given),
    }


def _windowed(size: Size | None, settings: dict[str, Any], window: str, channels: int, record: Recorder) -> Size | None:
    kernel, strides = settings[window], settings["strides"]
    if size is None or len(size) != 3 or not isinstance(kernel, int) or not isinstance(strides, int):
        return None
    reach = (kernel - 1) * settings.get("dilation_rate", 1) + 1
    high, wide = (windows(cells, reach, strides, settings["padding"]) for cells in size[:2])
    if high < 1 or wide < 1:
        values = {"form": "no-fit", "window": f"{kernel}×{kernel}", "map": f"{size[0]}×{size[1]}"}
        record.found.append(Found("other", record.line(), values=values))
    return max(1, high), max(1, wide), channels


def _refused(record: Recorder, call: str) -> NoReturn:
    record.refuse(call)


def _whole(value: object, title: str, name: str, record: Recorder) -> int:
    if isinstance(value, Unknown):
        record.refuse(f"{title}({name}={value!r})")
    if isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value) or value < 1:
        text = _("`{name}` of `{layer}` must be a whole number. Received: {value}.")
        raise KerasRefusesError(text.format(name=name, layer=title, value=shown(value)))
    return int(value)


def _pair(value: object, title: str, name: str, record: Recorder) -> Any:
    """Return a side if both are equal, else both."""
    values = list(value) if isinstance(value, (list, tuple)) else [value, value]
    if len(values) != 2:
        text = _("`{name}` of `{layer}` must be one or two numbers. Received: {value}.")
        raise KerasRefusesError(text.format(name=name, layer=title, value=shown(value)))
    high, wide = (_whole(each, title, name, record) for each in values)
    return high if high == wide else (high, wide)


def _frame(value: object, title: str, record: Recorder) -> Any:
    if isinstance(value, (list, tuple)) and all(isinstance(each, (list, tuple)) for each in value):
        flat = [each for pair in value for each in pair]
        return flat[0] if len(set(flat)) == 1 else tuple(flat)
    return _pair(value, title, "padding", record)


def _padding(given: dict[str, Any], title: str) -> str:
    padding = given["padding"]
    text = padding.lower() if isinstance(padding, str) else str(padding)  # of an enumeration too
    if text not in ("valid", "same"):
        sentence = _("`padding` of `{layer}` must be 'valid' or 'same'. Received: {value}.")
        raise KerasRefusesError(sentence.format(layer=title, value=shown(given["padding"])))
    return text


def _axis(value: object, size: Size | None) -> Any:
    if isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    if not isinstance(value, int) and not (isinstance(value, (list, tuple)) and all(isinstance(n, int) for n in value)):
        text = _("`{name}` of `{layer}` must be a whole number. Received: {value}.")
        raise KerasRefusesError(text.format(name="axis", layer="BatchNormalization", value=shown(value)))
    rank = len(size) + 1 if size else 4
    return "channels" if value in (-1, rank - 1) else value


def _tensors_in(value: object) -> tuple[Tensor, ...]:
    if isinstance(value, Tensor):
        return (value,)
    if isinstance(value, (list, tuple)) and any(isinstance(each, Tensor) for each in value):
        return tuple(each for each in value if isinstance(each, (Tensor)))
    return ()
