"""What the measurements of a run say, in sentences; every number in them is computed here. No Keras."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from resnet_viz.analysis.curves import Metrics, by_network, recent_means, smoothed
from resnet_viz.datasets.catalogue import data_sets
from resnet_viz.lessons.grounds import RunFacts
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.training.demos import demos
from resnet_viz.training.plan import Plan
from resnet_viz.training.record import ENDED, RunRecord
from resnet_viz.viz.words import network_name, percent_text


@dataclass(frozen=True)
class Conclusion:
    """What was measured.

    Attributes:
        sentences: For people.
        numbers: The same for tables and tests, by name.
        more: Exact figures, for whoever asks.
    """

    sentences: tuple[str, ...]
    numbers: dict[str, float] = field(default_factory=dict)
    more: tuple[str, ...] = ()


def conclusion_of(record: RunRecord, metrics: Sequence[Metrics]) -> Conclusion:
    """Return the conclusion of a run, so far or at its end, in the way its demo asks for."""
    own = demos().get(record.plan.demo)
    kind = own.conclusion if own else ("pair" if len(record.plan.networks) == 2 else "single")
    found = by_network(metrics)
    if not found:
        return Conclusion((_("Nothing was measured yet."),))
    if kind == "pair" and len(found) != 2:
        kind = "single"
    conclusion = _CONCLUSIONS[kind](record, found)
    if own and _is_cut_short(record, own.plan):
        sentence = _("Stopped after {n} of {m} steps. What is said here was measured over {m} steps.")
        note = sentence.format(n=f"{record.update:,}", m=f"{own.plan.updates:,}")
        return replace(conclusion, sentences=(*conclusion.sentences, note))
    return conclusion


def _is_cut_short(record: RunRecord, own: Plan) -> bool:
    """Whether a run ended before the updates on which its demo's claim rests, by its budget or by someone's word."""
    if record.state not in (*ENDED, "interrupted") or record.update >= own.updates:
        return False
    plan = record.plan
    is_spent = bool(plan.seconds and record.spent_s >= plan.seconds) or bool(
        plan.updates and record.update >= plan.updates
    )
    has_broken_out = bool(plan.stop_at_rise) and record.state == "done" and not is_spent
    return not has_broken_out


def facts_of(record: RunRecord, metrics: Sequence[Metrics]) -> RunFacts:
    """Return what a run came to at the last update that all its networks made."""
    curves = by_network(metrics)
    update = min((int(lines[-1]["update"]) for lines in curves.values()), default=0)
    accuracies = {name: last_accuracy(lines, update) for name, lines in curves.items()}
    return RunFacts(
        accuracies,
        update,
        len(record.classes),
        first_update=min((int(lines[0]["update"]) for lines in curves.values()), default=0),
        gradients={name: (lines[0]["gradient_norms"], lines[-1]["gradient_norms"]) for name, lines in curves.items()},
        held_back={name: final["validation_accuracy"] for name, final in record.final.items()},
        gaps={name: max(gaps) for name, lines in curves.items() if (gaps := _gaps(lines))},
    )


def _gaps(lines: Sequence[Metrics]) -> list[float]:
    """Return what is right in training more than a moment later in inference, wherever both were measured."""
    return [line["training_accuracy"] - line["inference_accuracy"] for line in lines if "inference_accuracy" in line]


def last_accuracy(lines: Sequence[Metrics], update: int) -> float:
    """Return the mean training accuracy of the last measurements up to an update, in training mode."""
    values = [line["training_accuracy"] for line in lines if line["update"] <= update]
    return recent_means(values)[-1] if values else float("nan")


def _pair(record: RunRecord, curves: dict[str, list[Metrics]]) -> Conclusion:
    (first, a), (second, b) = curves.items()
    update = min(a[-1]["update"], b[-1]["update"])
    one, two = last_accuracy(a, update), last_accuracy(b, update)
    ratios = {name: gradient_ratio(lines[-1]) for name, lines in curves.items()}
    numbers = {"update": float(update), first: one, second: two, "gap": two - one}
    numbers |= {f"{name} gradient ratio": ratio for name, ratio in ratios.items()}
    figures = _("Seed {seed}: training accuracy {first} {one:.2f}, {second} {two:.2f}; difference {gap:+.2f}.").format(
        seed=record.plan.seed, first=network_name(first), one=one, second=network_name(second), two=two, gap=two - one
    )
    gradients = _("Gradient of the first block / of the last block, at the last measurement: {ratios}.").format(
        ratios=joined(f"{network_name(name)} {_ratio_text(ratio)}" for name, ratio in ratios.items())
    )
    outcome = _pair_sentence({first: one, second: two}, update, 1 / _classes(record))
    same = [_("Same size, same start, same pictures: only the shortcuts differ.")] if _only_shortcuts(record) else []
    return Conclusion((outcome, *same), numbers, (figures, gradients, *_held_back(record)))


def _pair_sentence(shares: dict[str, float], update: int, guess: float) -> str:
    """Return what two networks came to, in one sentence."""
    if shares.keys() == {"plain", "residual"}:
        sentence = _(
            "After {n} steps the residual network gets {residual} of its training pictures right, the plain one {plain} (guessing: {guess})."
        )
        return sentence.format(
            n=f"{update:,}",
            residual=percent_text(shares["residual"]),
            plain=percent_text(shares["plain"]),
            guess=percent_text(guess),
        )
    (first, one), (second, two) = shares.items()
    sentence = _("After {n} steps: {first} {one}, {second} {two} of the training pictures right (guessing: {guess}).")
    return sentence.format(
        n=f"{update:,}",
        first=network_name(first),
        one=percent_text(one),
        second=network_name(second),
        two=percent_text(two),
        guess=percent_text(guess),
    )


def _classes(record: RunRecord) -> int:
    return len(record.classes) or data_sets()[record.plan.data.source].classes or 2


def _only_shortcuts(record: RunRecord) -> bool:
    """Whether two networks are the same but for their shortcuts: same parts, same seeds, same number of parameters."""
    one, two = record.plan.specs(_classes(record)).values()
    if one.shortcut.enabled == two.shortcut.enabled or one.seed_policy == "same":
        return False
    return len(set(record.parameters.values())) <= 1 and replace(one, shortcut=two.shortcut) == two


def gradient_ratio(line: Metrics) -> float:
    """Return the norm of the first block's gradient over the last block's."""
    norms = [value for name, value in line["gradient_norms"].items() if name not in ("stem", "head")]
    return norms[0] / norms[-1] if norms and norms[-1] else float("nan")


def _ratio_text(ratio: float) -> str:
    """Return a ratio; where the last block's gradient is 0 in float32 there is none."""
    return f"{ratio:.2g}" if math.isfinite(ratio) else "0 / 0"


def _gap(record: RunRecord, curves: dict[str, list[Metrics]]) -> Conclusion:
    sentences: list[str] = []
    numbers: dict[str, float] = {}
    for name, lines in curves.items():
        measured = [line for line in lines if "inference_accuracy" in line]
        if not measured:
            continue
        gaps = _gaps(measured)
        widest = int(np.argmax(gaps))
        numbers |= {f"{name} widest gap": gaps[widest], f"{name} last gap": gaps[-1]}
        sentences.append(
            _(
                "{name}: the gap is widest at step {n}: {a} right in training, {b} in inference. At the end it is {last}."
            ).format(
                name=network_name(name),
                n=f"{measured[widest]['update']:,}",
                a=percent_text(measured[widest]["training_accuracy"]),
                b=percent_text(measured[widest]["inference_accuracy"]),
                last=f"{100 * gaps[-1]:.0f}\u00a0%".replace("-", "−"),
            )
        )
    return Conclusion((*sentences, *_held_back(record)) or (_("Nothing was measured yet."),), numbers)


def _overfit(record: RunRecord, curves: dict[str, list[Metrics]]) -> Conclusion:
    ((name, lines),) = list(curves.items())[:1]
    last = lines[-1]
    sentence = _alone(name, last["update"], last["training_accuracy"], last["loss"])
    return Conclusion((sentence, *_held_back(record)), {"loss": last["loss"], "accuracy": last["training_accuracy"]})


def _finder(_record: RunRecord, curves: dict[str, list[Metrics]]) -> Conclusion:
    ((name, lines),) = list(curves.items())[:1]
    rates = np.array([line["learning_rate"] for line in lines])
    losses = np.array(smoothed([line["loss"] for line in lines]))
    lowest = int(np.argmin(losses))
    sentences = [
        _(
            "{name}: the smoothed loss is lowest, {loss:.2f}, at a learning rate of {rate:.2g}; the run ended at {end:.2g}."
        ).format(name=network_name(name), loss=losses[lowest], rate=rates[lowest], end=rates[-1])
    ]
    numbers = {"lowest at": float(rates[lowest]), "end": float(rates[-1])}
    if lowest >= 2:
        steepest = int(np.argmin(np.gradient(losses[: lowest + 1], np.log(rates[: lowest + 1]))))
        numbers["steepest at"] = float(rates[steepest])
        sentences.append(_("It falls fastest at {rate:.2g}: start near there.").format(rate=rates[steepest]))
    return Conclusion(tuple(sentences), numbers)


def _single(record: RunRecord, curves: dict[str, list[Metrics]]) -> Conclusion:
    sentences: list[str] = []
    numbers: dict[str, float] = {}
    for name, lines in curves.items():
        accuracy = last_accuracy(lines, lines[-1]["update"])
        numbers[name] = accuracy
        sentences.append(_alone(name, lines[-1]["update"], accuracy, lines[-1]["loss"]))
    return Conclusion((*sentences, *_held_back(record)), numbers)


def _alone(name: str, update: int, accuracy: float, loss: float) -> str:
    sentence = _("After {n} steps {name} gets {share} of its training pictures right; its loss is {loss:.2g}.")
    return sentence.format(n=f"{update:,}", name=network_name(name), share=percent_text(accuracy), loss=loss)


def _held_back(record: RunRecord) -> list[str]:
    """Return what the networks say of pictures they did not train on; noisy, as the number of pictures tells."""
    if not record.final:
        return []
    found = joined(
        f"{network_name(name)} {percent_text(final['validation_accuracy'])}" for name, final in record.final.items()
    )
    return [
        _("Right on {n} held-back pictures, in inference mode: {found} (guessing: {guess}).").format(
            n=next(iter(record.final.values()))["validation_pictures"],
            found=found,
            guess=percent_text(1 / _classes(record)),
        )
    ]


_CONCLUSIONS = {"pair": _pair, "gap": _gap, "overfit": _overfit, "finder": _finder, "single": _single}
