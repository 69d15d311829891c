"""``python -m resnet_viz train``: a demo from a terminal, with a bar, kept in a folder, to be resumed."""

import argparse
import hashlib
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Literal

from resnet_viz.backends import child_environment
from resnet_viz.cli.fetch import fetch
from resnet_viz.datasets.archives import keep_folders
from resnet_viz.datasets.cifar10 import cifar10
from resnet_viz.errors import DataError, SpecError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.owners import data_folder
from resnet_viz.training.conclusions import conclusion_of
from resnet_viz.training.demos import ORDER, demo
from resnet_viz.training.device import choose_device
from resnet_viz.training.plan import Plan, with_depth, with_settings
from resnet_viz.training.record import RunFolder, RunRecord

_BAR = 24
_REDRAW_S = 0.2
_LINE_S = 5.0


def add(parser: argparse.ArgumentParser) -> None:
    """Give a parser the arguments of ``train``."""
    parser.add_argument("--demo", choices=ORDER, metavar="NAME", help=", ".join(ORDER))
    parser.add_argument("--out", type=Path, metavar="DIR", help=_("a new folder for metrics, checkpoints and weights"))
    parser.add_argument("--resume", type=Path, metavar="DIR", help=_("go on with the run in this folder"))
    parser.add_argument("--seconds", type=float, metavar="S", help=_("time spent in updates; with --resume: in all"))
    parser.add_argument("--updates", type=int, metavar="N", help=_("updates of each network; with --resume: in all"))
    parser.add_argument("--seed", type=int, metavar="N")
    parser.add_argument(
        "--depth", type=int, metavar="N", help=_("layers, where all stages have the same number of blocks")
    )
    parser.add_argument(
        "--pictures", type=Path, metavar="ZIP", help=_("train on a zip with one folder of pictures per class")
    )
    parser.add_argument("--device", choices=("auto", "cpu", "gpu"), default="auto")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=_("any field, such as batch=32 or data.clutter=5"),
    )
    parser.set_defaults(run=train)


def train(options: argparse.Namespace) -> None:
    """Run or resume, and print the conclusion.

    Raises:
        ResNetVizError: If an argument breaks a rule, or the run cannot be done here.
    """
    os.environ.update(child_environment())  # first: what cannot be trained here leaves no folder
    store = data_folder() / "data"
    folder = _resumed(options) if options.resume else _new(options, store)
    _fetch(folder.load().plan, store)
    choose_device(options.device)
    from resnet_viz.training.session import Session  # after the device was chosen

    control = _Terminal()
    signal.signal(signal.SIGINT, lambda *_arguments: control.stop())
    signal.signal(signal.SIGTERM, lambda *_arguments: control.stop())
    record = Session(folder, store=store, wanted=options.device, control=control, on_update=control.on_update).run()
    control.finish()
    _print_conclusion(folder, record)


def _new(options: argparse.Namespace, store: Path) -> RunFolder:
    if not options.demo or not options.out:
        raise SpecError(broken_rule("train", _("given --demo and --out, or --resume"), "neither"))
    folder = RunFolder(options.out)
    if folder.exists:
        advice = _("Use `--resume {folder}` to go on with it.").format(folder=options.out)
        raise SpecError(broken_rule("--out", _("a folder without a run"), str(options.out), advice))
    plan = demo(options.demo).plan
    if options.pictures:
        plan = _with_pictures(plan, options.pictures, store)
    if options.depth:
        plan = with_depth(plan, options.depth)
    settings = dict(text.partition("=")[::2] for text in options.set)
    own = {"seconds": options.seconds, "updates": options.updates, "seed": options.seed}
    plan = with_settings(plan, {**{name: str(value) for name, value in own.items() if value is not None}, **settings})
    if options.updates and options.seconds is None and "seconds" not in settings:
        plan = replace(plan, seconds=0.0)
    if options.seconds and options.updates is None and "updates" not in settings:
        plan = replace(plan, updates=0)
    folder.save(RunRecord(plan))
    return folder


def _with_pictures(plan: Plan, path: Path, store: Path) -> Plan:
    """Keep a person's own pictures and return the plan that trains on them, a fifth held back."""
    if not path.is_file():
        raise SpecError(broken_rule("--pictures", _("the path of a zip"), str(path)))
    with path.open("rb") as file:
        name = hashlib.file_digest(file, "sha256").hexdigest()[:32]
        file.seek(0)
        kept = keep_folders(file, store, name)
    for note in kept.notes:
        print(note, file=sys.stderr)
    held_back = max(len(kept.classes), kept.count // 5)
    settings = {"data.source": "folders", "data.train": "0", "data.validation": str(held_back)}
    return with_settings(plan, settings).with_folder(name)


def _fetch(plan: Plan, store: Path) -> None:
    """Fetch CIFAR-10 if a plan needs it and it is not here."""
    download = cifar10(store)
    if plan.data.source != "cifar10" or download.is_here:
        return
    sentence = fetch(download)
    if sentence:
        raise DataError(sentence)


def _resumed(options: argparse.Namespace) -> RunFolder:
    folder = RunFolder(options.resume)
    if not folder.exists:
        raise SpecError(broken_rule("--resume", _("the folder of a run"), str(options.resume)))
    record = folder.load()
    plan = record.plan
    if options.seconds is not None or options.updates is not None:
        plan = replace(plan, seconds=options.seconds or 0.0, updates=options.updates or 0)
    folder.save(replace(record, plan=plan, state="queued"))
    return folder


class _Terminal:
    """A bar on a terminal, a line now and then elsewhere; Ctrl-C stops at the next update, with a checkpoint."""

    def __init__(self) -> None:
        self._is_stopped = threading.Event()
        self._is_terminal = sys.stderr.isatty()
        self._drawn, self._last = 0.0, ""

    def stop(self) -> None:
        """Stop at the next update; at once if nothing can be lost yet."""
        if self._is_stopped.is_set():
            raise KeyboardInterrupt
        self._is_stopped.set()

    def command(self) -> Literal["go", "interrupt"]:
        """Return what is wanted now."""
        return "interrupt" if self._is_stopped.is_set() else "go"

    def on_update(self, record: RunRecord) -> None:
        """Draw how far it is."""
        text = progress_text(record)
        now = time.monotonic()
        due = now - self._drawn > (_REDRAW_S if self._is_terminal else _LINE_S)
        if not due and record.phase in self._last:
            return
        self._drawn, self._last = now, text
        sys.stderr.write(f"\r\x1b[2K{text}" if self._is_terminal else f"{text}\n")
        sys.stderr.flush()

    def finish(self) -> None:
        """Leave the bar behind."""
        if self._is_terminal:
            sys.stderr.write("\n")


def progress_text(record: RunRecord) -> str:
    """Return phase, bar, updates and time of a run in one line."""
    plan = record.plan
    shares = [record.spent_s / plan.seconds if plan.seconds else 0, record.update / plan.updates if plan.updates else 0]
    share = min(1.0, max(shares))
    bar = "█" * round(share * _BAR) + "·" * (_BAR - round(share * _BAR))
    text = f"{record.phase or record.state:<9} {bar} {share:4.0%}  {record.update:,} updates, {record.spent_s:.0f} s"
    if record.left_s is None or record.state != "running":
        return text
    rest = _("about {s:.0f} s left").format(s=record.left_s)
    return f"{text}, {rest}"


def _print_conclusion(folder: RunFolder, record: RunRecord) -> None:
    print(record.device)
    for name, seconds in record.phases.items():
        print(f"  {name} {seconds:.1f} s")
    if record.sentence:
        print(record.sentence)
    conclusion = conclusion_of(record, folder.read_metrics()[0])
    for sentence in (*conclusion.sentences, *conclusion.more):
        print(sentence)
    if record.state == "interrupted":
        print(_("Stopped. Go on with `--resume {folder}`.").format(folder=folder.path))
