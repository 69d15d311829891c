"""ImageNet's weights as keras.applications publishes them: where they are, how they are checked, and our safe copy. No Keras.

The files are read as arrays only, like any upload. Keras publishes MD5: it shows that the file came whole; the sha256 of
what was read is shown beside it.
"""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from resnet_viz.analysis import analyse
from resnet_viz.downloads import Download
from resnet_viz.errors import WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.paths import ASSETS
from resnet_viz.spec import ResNetSpec, preset
from resnet_viz.weights.fit import expected_arrays
from resnet_viz.weights.reader import convert
from resnet_viz.weights.store import WeightsFile

# As keras.applications.resnet gives them (Keras 3.15).
BASE_URL = "https://storage.googleapis.com/tensorflow/keras-applications/resnet/"
CLASSES_FILE = ASSETS / "imagenet-classes.txt"


@dataclass(frozen=True)
class ImageNetFile:
    """A published file.

    Attributes:
        preset: The network it belongs to.
        name: What it is called there.
        md5: Its MD5.
        normalisation: The preprocessing it was trained with, a name of `resnet_viz.images.preprocess.NORMALISATIONS`.
    """

    preset: str
    name: str
    md5: str
    normalisation: str

    @property
    def url(self) -> str:
        """Where it is fetched from; ``RESNET_VIZ_IMAGENET_URL`` names another place for the same files."""
        base = os.environ.get("RESNET_VIZ_IMAGENET_URL", BASE_URL)
        return f"{base.rstrip('/')}/{self.name}"

    @property
    def size_bytes(self) -> int:
        """About how large it is: four bytes a parameter."""
        return 4 * analyse(preset(self.preset)).totals.parameters


def _file(preset_name: str, stem: str, md5: str, normalisation: str) -> ImageNetFile:
    return ImageNetFile(preset_name, f"{stem}_weights_tf_dim_ordering_tf_kernels.h5", md5, normalisation)


FILES: dict[str, ImageNetFile] = {
    item.preset: item
    for item in (
        _file("keras-v1", "resnet50", "2cb95161c43110f7111970584f804107", "caffe"),
        _file("keras-v1-101", "resnet101", "f1aeb4b969a6efcfb50fad2f0c20cfc5", "caffe"),
        _file("keras-v1-152", "resnet152", "100835be76be38e30d865e96f2aaae62", "caffe"),
        _file("v2", "resnet50v2", "3ef43a0b657b3be2300d5770ece849e0", "signed"),
    )
}
"""By preset."""


@lru_cache(maxsize=128)
def file_for(spec: ResNetSpec) -> ImageNetFile | None:
    """Return the published file of a network: the same layers with the same settings, whatever the size and classes."""
    own = {name: getattr(spec, name) for name in ("input_shape", "classes", "seed", "seed_policy")}
    return next((file for name, file in FILES.items() if replace(preset(name), **own) == spec), None)


@cache
def class_names() -> tuple[str, ...]:
    """Return the names of ImageNet's 1,000 classes in the order of the outputs; they ship, so no network is needed."""
    return tuple(CLASSES_FILE.read_text("utf-8").split("\n")[:-1])


class ImageNetStore:
    """The published files in one folder, each beside our safe copy of its arrays."""

    def __init__(self, folder: Path) -> None:
        """Keep files in `folder`."""
        self.folder = folder
        self._downloads: dict[str, Download] = {}

    def path(self, file: ImageNetFile) -> Path:
        """Return where a file belongs; whoever puts it there by hand has fetched it too."""
        return self.folder / file.name

    def download(self, file: ImageNetFile) -> Download:
        """Return the fetching of a file; a copy that Keras fetched already (``~/.keras/models``) is used where it lies."""
        if file.url not in self._downloads:
            kept = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models" / file.name
            self._downloads[file.url] = Download(
                file.url,
                self.path(file),
                digest=file.md5,
                size_bytes=file.size_bytes,
                elsewhere=(kept,),
                unpack=lambda path: self._convert(file, path),
                result=self._about(file),
            )
        return self._downloads[file.url]

    def adopt(self, file: ImageNetFile, data: bytes) -> None:
        """Keep a file that was fetched in another way.

        Raises:
            WeightsError: If it is another file, or cannot be read or kept.
        """
        found = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if found != file.md5:
            rule = _("`{name}`, MD5 {md5}").format(name=file.name, md5=file.md5)
            raise WeightsError(broken_rule("file", rule, found))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.folder, prefix=".new-") as work:
                source = Path(work, file.name)
                source.write_bytes(data)
                self._convert(file, source)
        except OSError as error:
            sentence = _("The weights could not be kept on the server ({reason}): free some space, then try again.")
            raise WeightsError(sentence.format(reason=error.strerror)) from error

    def load(self, file: ImageNetFile) -> WeightsFile | None:
        """Return our copy of a file's arrays, or None if it was not fetched yet."""
        try:
            about = json.loads(self._about(file).read_text("utf-8"))
            shapes = {name: tuple(shape) for name, shape in about["shapes"].items()}
            path = self._arrays(file)
            return WeightsFile(f"ImageNet, {file.preset}", path, about["sha256"], shapes) if path.is_file() else None
        except (OSError, ValueError, KeyError):
            return None

    def _convert(self, file: ImageNetFile, source: Path) -> None:
        """Write our copy of the arrays of a checked file, then what is known of it: that one makes it count."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".new-") as work:
            target, about = Path(work, "arrays"), Path(work, "about")
            shapes = convert(source, target, preset(file.preset)).shapes
            expected = expected_arrays(analyse(preset(file.preset)))
            odd = next((name for name, shape in expected.items() if shapes.get(name) != shape), None)
            if odd:
                rule = _("the arrays of `{preset}`").format(preset=file.preset)
                raise WeightsError(broken_rule("file", rule, f"{odd}: {shapes.get(odd)}"))
            about.write_text(json.dumps({"sha256": digest, "shapes": shapes}), "utf-8")
            target.replace(self._arrays(file))
            about.replace(self._about(file))

    def _arrays(self, file: ImageNetFile) -> Path:
        return self.folder / f"{file.preset}-{file.md5[:8]}.safetensors"

    def _about(self, file: ImageNetFile) -> Path:
        return self._arrays(file).with_suffix(".json")
