"""The app and its library from a terminal: ``resnet-viz app|summary|graph|export|compare|activations|explain|weights|lesson|train``."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NoReturn

from resnet_viz.errors import ResNetVizError
from resnet_viz.messages import gettext as _

BAD_INPUT = 2
_COMMANDS: dict[str, Callable[[], str]] = {
    "app": lambda: _("the app in a browser; options of `streamlit run` may follow"),
    "summary": lambda: _("every layer and the totals"),
    "graph": lambda: _("the picture of the network"),
    "export": lambda: _("the network as Keras code, JSON or ONNX"),
    "compare": lambda: _("what differs from another preset"),
    "activations": lambda: _("what layers make of a picture"),
    "explain": lambda: _("why a network says that of a picture"),
    "weights": lambda: _("what a weights file holds, and whether a port of it is right"),
    "lesson": lambda: _("the lessons, and each as a sheet to print"),
    "train": lambda: _("a demo, or a run that was stopped"),
}
"""What each command is for; the module of its name adds its arguments and runs it."""


class _Parser(argparse.ArgumentParser):
    """Answers bad arguments with one sentence, without the usage text before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(
            BAD_INPUT,
            f"{message[0].upper()}{message[1:]}. " + _("See `{command} --help`.").format(command=self.prog) + "\n",
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, or 2 after one sentence about bad input."""
    options = parsed(sys.argv[1:] if arguments is None else arguments)
    try:
        options.run(options)
    except ResNetVizError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # the reader, such as `head`, had enough
        sys.stderr.close()
        return 0
    except OSError as error:
        print(
            _("Cannot read or write {file}: {reason}.").format(file=error.filename, reason=error.strerror),
            file=sys.stderr,
        )
        return BAD_INPUT
    return 0


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options of a command line; only the command that is named is imported."""
    parser = _Parser(prog="resnet_viz", description=_("A ResNet from its specification to its activations."))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, purpose in _COMMANDS.items():
        command = commands.add_parser(name, help=purpose())
        if name in arguments[:1]:
            import_module(f"resnet_viz.cli.{name}").add(command)
    options, more = parser.parse_known_args(arguments)
    if more and arguments[0] != "app":
        parser.error(_("unrecognized arguments: {arguments}").format(arguments=" ".join(more)))
    options.more = more
    return options
