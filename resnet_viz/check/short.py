"""A main path of fewer convolutions than the course's: one difference that explains what stands around it."""

from dataclasses import replace
from itertools import chain

from resnet_viz.check.comparing import Comparison, Difference, compare
from resnet_viz.check.drafts import Draft, draft_of
from resnet_viz.check.ours import Trial, block_steps
from resnet_viz.check.recorder import Step

_PLACES = ("2a", "2b", "2c")


def shortened(found: Comparison, trial: Trial) -> tuple[Draft, Comparison] | None:
    """Return what a main path with too few convolutions is, and how it differs from the course's without those it lacks.

    Args:
        found: How the block differs from the course's.
        trial: How it was tried.
    """
    live = [step for step in found.theirs if step.kind == "conv" and step.id in found.live]
    main = [step for step in live if step.id not in found.side]
    if len(main) not in (1, 2) or found.unread:
        return None
    ours = block_steps(trial)
    tried = [
        (kept, compare(_without(ours, kept, main), found.theirs, found.output))
        for kept in ([["2a", "2c"], ["2a", "2b"], ["2b", "2c"]] if len(main) == 2 else [[place] for place in _PLACES])
    ]
    kept, best = min(tried, key=lambda each: each[1].cost)
    return _draft(found, ours, kept, main), best


def _without(ours: list[Step], kept: list[str], main: list[Step]) -> list[Step]:
    """Return our block with only some of its convolutions, the last of them giving what the sum needs."""
    gone = {step.id for step in ours if step.place in _PLACES and step.place not in kept}
    last = kept[-1]
    gone |= {step.id for step in ours if step.place == last and step.kind == "relu"}
    reads = {step.id: step.inputs[0] for step in ours if step.id in gone}
    is_basic = len(main) == 2 and all(step.settings["kernel_size"] != 1 for step in main)
    made = []
    for step in ours:
        if step.id in gone:
            continue
        inputs = tuple(_known(name, reads) for name in step.inputs)
        settings = dict(step.settings)
        if step.kind == "conv" and step.place in kept:
            theirs = main[kept.index(step.place)].settings
            settings["filters"] = ours[-1].shape[-1] if step.place == last and ours[-1].shape else theirs["filters"]
            if is_basic or len(main) == 1:
                settings |= {"kernel_size": theirs["kernel_size"], "padding": "same"}
        made.append(replace(step, inputs=inputs, settings=settings))
    return made


def _known(name: str, reads: dict[str, str]) -> str:
    while name in reads:
        name = reads[name]
    return name


def _draft(found: Comparison, ours: list[Step], kept: list[str], main: list[Step]) -> Draft:
    lost = [step for step in ours if step.kind == "conv" and step.place in _PLACES and step.place not in kept]
    beside = main[-1] if lost[-1].place == "2c" else main[0]
    sizes = [step.settings["kernel_size"] for step in main]
    draft = draft_of("other", Difference("missing", lost[0], None, beside=beside), "short", sizes=sizes)
    draft.line = main[0].line
    draft.places = [step.place for step in lost]
    draft.ours = [step.id for step in lost]
    draft.theirs = [step.id for step in main]
    draft.values["weights"] = (_weights(main, found), _weights([s for s in ours if s.place in _PLACES], found))
    return draft


def _weights(steps: list[Step], found: Comparison) -> int:
    """Return the weights of convolutions, biases left out."""
    shapes = {step.id: step.shape for step in chain(found.ours, found.theirs)}
    total = 0
    for step in steps:
        read, k = shapes.get(step.inputs[0]), step.settings.get("kernel_size")
        if step.kind == "conv" and read and isinstance(k, int):
            total += k * k * read[-1] * step.settings["filters"]
    return total
