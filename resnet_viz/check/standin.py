"""The modules that a notebook imports: Keras as far as the stand-in knows it, and dust that does nothing."""

import builtins
from collections.abc import Callable, Mapping
from typing import Any

from resnet_viz.check.dust import Built, Dust, Home, Initializers
from resnet_viz.check.layers import Layer, layer_classes, tensor_of
from resnet_viz.check.recorder import Shape, Tensor, size_of
from resnet_viz.check.session import PHASE, KerasRefusesError, Session
from resnet_viz.check.signatures import KNOWN, MERGES
from resnet_viz.check.vocabulary import (
    ACTIVATIONS,
    ALLOWED,
    INSIDE,
    MEANT_LAYERS,
    MODULES,
    NUMBERS,
    OTHER_LAYERS,
    OUTSIDE,
    STARTS,
)
from resnet_viz.check.wording import near, suggested
from resnet_viz.messages import gettext as _

_LAYER_HOMES = ("keras", "tensorflow", "tf")


class StandIn:
    """Keras, TensorFlow and NumPy for one piece of code."""

    def __init__(self) -> None:
        self.session = Session()
        self.stars: list[str] = []
        made = layer_classes(self.session)
        base = type("Layer", (Layer,), {"_session": self.session})
        model = type(
            "Model", (Layer,), {"_session": self.session, "__new__": self._new_model, "__init__": self._finisher()}
        )
        functions = {kind: self._function(kind) for kind in ACTIVATIONS if kind != "linear"}
        merges = {kind: self._merge(kind) for kind in MERGES}
        initializers = Initializers("initializers", self.session)
        things: dict[str, Any] = {
            **made,
            **merges,
            **functions,
            "Layer": base,
            "Model": model,
            "Sequential": type("Sequential", (_Sequential,), {"_session": self.session}),
            "Input": self._input,
            "initializers": initializers,
            "is_keras_tensor": lambda x: isinstance(x, Tensor),
            "is_tensor": lambda x: isinstance(x, Tensor),
            "int_shape": lambda x: tuple(x.shape) if isinstance(x, Tensor) else None,
            "shape": lambda x: x.shape if isinstance(x, Tensor) else None,
            "learning_phase": lambda: PHASE,
            "image_data_format": lambda: "channels_last",
            "image_dim_ordering": lambda: "tf",
            "function": lambda given=None, **_more: given if callable(given) else (lambda function: function),
            "identity": lambda x, **_more: x,
            "add_n": self._sum_of,
        }
        things |= dict.fromkeys(("TensorShape",), Shape)
        of_lists = {kind: self._merge(kind, is_of_list=True) for kind in MERGES}
        self.home = _Tree("keras", self.session, things, _Tree("keras.layers", self.session, things | of_lists))
        self.numpy = Home("numpy", self.session, NUMBERS)

    def usual(self) -> dict[str, Any]:
        """Return what the first cell of the course's notebooks imports: a pasted function comes without that cell."""
        starts = {name: getattr(self.home, name) for name in STARTS}
        modules = dict.fromkeys(MODULES, self.home) | {"layers": self.home.layers}
        penalties = {name: Dust(name, self.session) for name in ("l1", "l2", "l1_l2", "regularizers")}
        return {**starts, **penalties, **self.home.layers.things, **modules, "np": self.numpy}

    def undefined(self, name: str) -> Dust:
        """Return what stands for a name that a swallowed helper file may define."""
        return Dust(name, self.session, is_undefined=True)

    def import_(
        self,
        name: str,
        globals_: Mapping[str, object] | None = None,
        locals_: Mapping[str, object] | None = None,
        fromlist: tuple[str, ...] | None = (),
        level: int = 0,
    ) -> Any:
        """Import what the code asks for: a real module if it is allowed, else what stands in for it."""
        root, _dot, rest = name.partition(".")
        if root in ALLOWED and level == 0:
            return builtins.__import__(name, globals_, locals_, fromlist or (), level)
        if root == "numpy":
            return self.numpy
        if root in OUTSIDE:
            self.session.imported_outside(name)
        if root not in _LAYER_HOMES:
            if fromlist and "*" in fromlist:
                self.stars.append(name)
            return Home(name, self.session, {"__all__": []}) if fromlist else Dust(root, self.session)
        if not fromlist:
            return self.home
        place: Any = self.home
        for part in rest.split(".") if rest else ():
            place = getattr(place, part)
        if "*" in fromlist:
            home = place if isinstance(place, _Tree) else self.home.layers
            things = {name: value for name, value in home.things.items() if name[0].isupper() or name == "add"}
            if rest.endswith("initializers"):
                things |= {name: getattr(self.home, name) for name in STARTS}
            return Home(name, self.session, {**things, "__all__": list(things)})
        return place

    def _new_model(self, cls: type, *args: Any, **kwargs: Any) -> Any:
        if "__new__" not in vars(cls):  # a class of the student's own
            own: Any = object.__new__(cls)
            Layer.__init__(own)
            return own
        return self._built(*_ends(args, kwargs))

    def _finisher(self) -> Callable[..., None]:
        """Return `Model.__init__` for a class of the student's own: handed two tensors, it is a finished model."""

        def finish(own: Any, *args: Any, **kwargs: Any) -> None:
            reads, gives = _ends(args, kwargs)
            if gives is not None:
                own.built_of = self._built(reads, gives)

        return finish

    def _built(self, reads: Any, gives: Any) -> Built:
        record = self.session.record
        ends = [value[0] if isinstance(value, (list, tuple)) and value else value for value in (reads, gives)]
        start, end = (tensor_of(value, record, "Model") for value in ends)
        record.models.append((start, end))
        return Built("model", self.session, start, end)

    def _input(
        self, shape: Any = None, *_more: Any, tensor: Any = None, batch_shape: Any = None, **_rest: Any
    ) -> Tensor:
        if isinstance(tensor, Tensor):
            return tensor
        sides = tuple(batch_shape)[1:] if batch_shape else shape
        sides = (sides,) if isinstance(sides, int) else tuple(sides or ())
        if not all(isinstance(side, int) for side in sides):
            self.session.record.refuse("Input(…)")
        return self.session.record.source(sides)

    def _function(self, kind: str) -> Callable[..., Any]:
        def applied(x: Any = None, *args: Any, **kwargs: Any) -> Any:
            record = self.session.record
            value = kwargs.pop("features", kwargs.pop("logits", x))
            if args or set(kwargs) - {"name", "axis"}:
                record.refuse(f"{kind}(…)")
            tensor = tensor_of(value, record, kind)
            return record.put(kind, (tensor,), size_of(tensor))

        applied.activation = kind  # type: ignore[attr-defined]
        return applied

    def _merge(self, kind: str, *, is_of_list: bool = False) -> Callable[..., Any]:
        """Return `add` and the like: of Keras' layers, which reads one list, or of TensorFlow, which reads two tensors."""
        title = kind.title()

        def applied(*args: Any, **kwargs: Any) -> Any:
            is_list = "inputs" in kwargs or (bool(args) and isinstance(args[0], (list, tuple)))
            if is_of_list and not is_list:
                text = _("`{function}` takes one list: write `{function}([X, X_shortcut])`.")
                raise KerasRefusesError(text.format(function=kind))
            if is_list and not is_of_list:
                text = _("This `{function}` takes two tensors: write `{function}(X, X_shortcut)`.")
                raise KerasRefusesError(text.format(function=kind))
            values = kwargs.pop("inputs", None) or (args[0] if is_list else args)
            layer = self.home.things[title](**kwargs)
            return layer(list(values))

        return applied

    def _sum_of(self, values: Any, name: str = "") -> Any:
        return self.home.things["Add"](name=name)(list(values))


class _Tree(Home):
    """Keras and TensorFlow at once: `keras.ops`, `tf.nn`, `tensorflow.python.keras` are all this; `layers` alone differs."""

    def __init__(self, name: str, session: Session, things: dict[str, Any], layers: "_Tree | None" = None) -> None:
        super().__init__(name, session, things)
        self.things = things
        self.layers = self if layers is None else layers

    def __getattr__(self, name: str) -> Any:
        things = self.__dict__.get("things", {})
        if name in things:
            return things[name]
        if name in INSIDE:
            return self
        if name in STARTS:
            return getattr(things["initializers"], name)
        if name.startswith("__"):
            return super().__getattr__(name)
        meant = meant_layer(name)
        if meant:
            text = _("Keras has no `{name}`.").format(name=name)
            raise KerasRefusesError(suggested(text, meant))
        self._session.used_dust()
        return Dust(name, self._session)


def meant_layer(name: str) -> str:
    """Return the layer that a misspelt name was meant for; "" for what Keras or TensorFlow may well have.

    >>> meant_layer("Conv2d"), meant_layer("Batchnormalization"), meant_layer("Conv3D"), meant_layer("conv2d")
    ('Conv2D', 'BatchNormalization', '', '')
    """
    if not name[:1].isupper() or name in OTHER_LAYERS:
        return ""
    if name in KNOWN:
        return name
    elsewhere = next((layer for other, layer in MEANT_LAYERS.items() if other.lower() == name.lower()), "")
    return elsewhere or near(name, KNOWN, 0.85)


class _Sequential(Layer):
    """Layers one after another, called as one."""

    def __init__(self, layers: Any = (), name: str = "") -> None:
        super().__init__(name=name)
        self.layers = list(layers or ())

    def add(self, layer: Any) -> None:
        """Put one more at the end."""
        self.layers.append(layer)

    def __call__(self, x: Any = None, *_args: Any, **kwargs: Any) -> Any:
        """Apply them in order; BatchNorm alone hears of the phase."""
        for layer in self.layers:
            hears = isinstance(layer, Layer) and type(layer).__name__ == "BatchNormalization"
            x = layer(x, **kwargs) if hears else layer(x)
        return x


def _ends(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """Return what a model is to read and to give, by their places or by either of their names."""
    reads, gives = kwargs.get("inputs", kwargs.get("input")), kwargs.get("outputs", kwargs.get("output"))
    return (args[0], args[1] if len(args) > 1 else gives) if args else (reads, gives)


def _is_of(value: object, kinds: Any) -> bool:
    """Answer `isinstance`; a class that Keras, TensorFlow or NumPy has and the stand-in has not is known by its name."""
    if isinstance(kinds, tuple):
        return any(_is_of(value, kind) for kind in kinds)
    if isinstance(kinds, Dust):
        return isinstance(value, Tensor) and repr(kinds).endswith("Tensor")
    return isinstance(value, kinds)


def builtins_for(stand_in: StandIn) -> dict[str, Any]:
    """Return the built-in functions that code may use: its imports go to the stand-in, its prints nowhere."""
    own = dict(vars(builtins))
    own["__import__"] = stand_in.import_
    own["isinstance"] = _is_of
    own["print"] = lambda *_args, **_kwargs: None
    own["input"] = lambda *_args: ""
    own["exit"] = own["quit"] = lambda *_args: None
    own["display"] = lambda *_args, **_kwargs: None
    own["open"] = Dust("open", stand_in.session)
    own["get_ipython"] = lambda: Dust("get_ipython()", stand_in.session)
    return own
