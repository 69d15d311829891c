"""From the differences of two rows of blocks to mistakes with names."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from resnet_viz.check.comparing import SHAPED, Comparison, Difference
from resnet_viz.check.drafts import Draft, draft_of
from resnet_viz.check.items import Row
from resnet_viz.check.recorder import Step
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined

_MORE_BY_512 = 2_820_608
"""Parameters of an identity block of stage 5 that squeezes to 512 in place of 256."""


def name_row(found: Comparison, ours: Row, theirs: Row) -> list[Draft]:
    """Return the mistakes of a network, blocks taken as wholes."""
    drafts = [*_counts(found), *_skipped(found, theirs), *_pooled(found)]
    for each in found.differences:
        drafts += _single(found, each, ours)
    told = {name for draft in drafts for name in draft.theirs}
    lost = [step for step in found.pairs.values() if step.id not in found.live and step.id not in told]
    if lost and not drafts:
        drafts.append(Draft("other", "unread", lost[0].line, theirs=[lost[0].id], values={"step": lost[0]}))
    return [*drafts, *_squeezed(found, theirs), *_classes(found)]


def without_sums(found: Comparison, steps: Sequence[Step], live: set[str]) -> list[Draft]:
    """Return the one mistake of a network whose sums are missing, or made and not read: it has no blocks to compare."""
    sums = [step for step in steps if step.kind == "add"]
    read = [step for step in sums if step.id in live]
    blocks = [step.id for step in found.ours if step.kind == "block"]
    if len(read) >= len(blocks) / 2 or len(steps) < 40:
        return []
    unread = next((step for step in sums if step.id not in live), None)
    if unread is None:
        last = next((step for step in reversed(steps) if step.kind in ("relu", "batch_norm")), steps[-1])
        return [Draft("other", "no-sum", last.line, ours=blocks, values={"step": last})]
    after = next((step for step in steps if step.id in live and (step.line or 0) >= (unread.line or 0)), unread)
    values = {"step": after, "reads": "x"}
    return [Draft("block-skipped", "inside", after.line, ["2a", "2b", "2c"], blocks, values=values)]


def _counts(found: Comparison) -> list[Draft]:
    """Blocks too few or too many, by stage."""
    drafts = []
    lost = [each for each in found.differences if each.form == "missing" and each.ours and each.ours.kind == "block"]
    more = [each for each in found.differences if each.form == "extra" and each.theirs and each.theirs.kind == "block"]
    ours = Counter(step.id[0] for step in found.ours if step.kind == "block")
    apart = Counter(each.ours.id[0] for each in lost if each.ours)
    apart.subtract(Counter(_stage_before(found, each) for each in more))
    first = {_stage_of(found, each): each for each in (*more, *lost)}
    for stage, each in sorted(first.items()):
        n = ours[stage] - apart[stage]
        if n == ours[stage]:
            continue
        step = each.ours or each.theirs
        values: dict[str, Any] = {"stage": stage, "ours_count": ours[stage], "theirs_count": n, "apart": stage}
        own = [one.ours or one.theirs for one in (*more, *lost) if _stage_of(found, one) == stage]
        is_plain = step and not any(one and one.settings["projects"] for one in own)
        values["arithmetic"] = _weights(step, abs(apart[stage]), fewer=apart[stage] > 0) if step and is_plain else ""
        drafts.append(draft_of("blocks-count", each, **values))
    return drafts


def _stage_of(found: Comparison, each: Difference) -> str:
    return each.ours.id[0] if each.ours else _stage_before(found, each)


def _stage_before(found: Comparison, each: Difference) -> str:
    """Return the stage after which an extra block stands; a block that projects begins the next."""
    ours_of = {other.id: name for name, other in found.pairs.items()}
    stage = "2"
    for step in found.theirs:
        if step is each.theirs:
            break
        name = ours_of.get(step.id, "")
        if step.kind == "block" and name:
            stage = name[0]
    return stage


def _weights(block: Step, n: int, *, fewer: bool) -> str:
    filters, f = block.settings["filters"], block.settings["f"]
    if block.settings["projects"] or len(filters) != 3:
        return ""
    a, b, c = filters
    weights = (c + 1) * a + (f * f * a + 1) * b + (b + 1) * c + 4 * (a + b + c)
    text = _("{n} parameters fewer.") if fewer else _("{n} parameters more.")
    return text.format(n=f"{n * weights:,}")


def _skipped(found: Comparison, theirs: Row) -> list[Draft]:
    """A layer or block that reads an earlier one than the one before it, and what it skips."""
    drafts = []
    order = {step.id: place for place, step in enumerate(theirs.items)}
    ours_of = {other.id: name for name, other in found.pairs.items()}
    for place, step in enumerate(theirs.items):
        if place == 0 or not step.inputs or step.inputs[0] not in order:
            continue
        gap = theirs.items[order[step.inputs[0]] + 1 : place]
        gap = [each for each in gap if each.id not in found.live]
        if not gap or step.id not in found.live:
            continue
        read = theirs.items[order[step.inputs[0]]]
        draft = Draft("block-skipped", "blocks", step.line, theirs=[step.id, *(each.id for each in gap)])
        draft.values = {
            "step": step,
            "block": _called(step, ours_of),
            "read": _called(read, ours_of),
            "skipped": joined(_called(each, ours_of) for each in gap),
            "apart": step.id,
        }
        draft.ours = [ours_of[each.id] for each in gap if each.id in ours_of]
        if not any(each.kind in ("block", "conv") for each in gap):
            draft.id, draft.form = "other", "unread"
            draft.values["step"] = gap[0]
            draft.places = [ours_of.get(gap[0].id, "")]
            if gap[0].kind == "batch_norm":
                draft.id = "batchnorm-missing"
        drafts.append(draft)
    return drafts


def _called(step: Step, ours_of: dict[str, str]) -> str:
    return step.name or ours_of.get(step.id) or step.kind


def _pooled(found: Comparison) -> list[Draft]:
    """One mean per channel in place of the windows: one difference, not three."""
    lost = next(
        (d for d in found.differences if d.form == "missing" and d.ours and d.ours.kind == "average_pool"), None
    )
    more = next(
        (d for d in found.differences if d.form == "extra" and d.theirs and d.theirs.kind.startswith("global_")), None
    )
    if not lost or not more:
        return []
    flat = [d for d in found.differences if d.form == "missing" and d.ours and d.ours.kind == "flatten"]
    found.differences = [each for each in found.differences if each not in (lost, more, *flat)]
    more.ours = lost.ours
    return [draft_of("other", more, "kind")]


def _with_dense(found: Comparison, form: str) -> bool:
    """Whether the dense layer is missing or extra too: its softmax then needs no word of its own."""
    steps = [each.ours or each.theirs for each in found.differences if each.form == form]
    return any(step and step.kind == "dense" for step in steps)


def _single(found: Comparison, each: Difference, ours: Row) -> list[Draft]:
    mine, other = each.ours, each.theirs
    if each.form == "changed" and mine and other:
        return _block_changed(each, mine, other) if mine.kind == "block" else _layer_changed(each, mine, other)
    step = mine or other
    if step is None or step.kind == "block" or (other and other.id not in found.live):
        return []
    behind = each.beside.kind if each.beside else ""
    if each.form == "extra" and behind == "dense" and step.kind in SHAPED and _with_dense(found, "extra"):
        return []  # told with the dense layer that it belongs to
    if step.kind == "softmax" and each.form in ("missing", "extra") and _with_dense(found, each.form):
        return []
    if step.kind == "relu" and _is_stem(each, ours):
        return [draft_of("stem-relu", each, each.form)]
    if each.form == "missing" and step.kind == "batch_norm":
        draft = draft_of("batchnorm-missing", each, "missing", parameters=4 * step.shape[-1] if step.shape else 0)
        draft.places = ["conv1"]
        return [draft]
    if each.form not in ("missing", "extra", "unread"):
        return []
    return [draft_of("other", each, each.form, apart=step.id, layers=[step])]


def _is_stem(each: Difference, ours: Row) -> bool:
    if each.ours:
        return each.ours.id == "conv1_relu"
    stem = {"bn_conv1", "conv1_relu"} & {step.id for step in ours.items}
    return each.beside is not None and each.beside.kind == "batch_norm" and bool(stem)


def _block_changed(each: Difference, mine: Step, other: Step) -> list[Draft]:
    own, theirs = mine.settings, other.settings
    match each.setting:
        case "strides":
            missing = own["strides"] > 1 and theirs["strides"] == 1
            if own["projects"] != theirs["projects"]:
                return []  # told as another kind of block
            return [
                draft_of(
                    "stride-missing" if missing else "other",
                    each,
                    "" if missing else "stride",
                    apart=f"line {other.line}" if missing and other.line else mine.id,
                )
            ]
        case "f":
            return [draft_of("kernel-size", each)]
        case "filters":
            if theirs["filters"] == (512, 512, 2048) and own["filters"] == (256, 256, 2048):
                return [draft_of("squeeze-512", each, parameters=_MORE_BY_512)]
            same = sorted(theirs["filters"]) == sorted(own["filters"])
            return [
                draft_of(
                    "filters-order" if same else "other",
                    each,
                    "" if same else "setting",
                    setting="filters",
                    apart=f"line {other.line}" if same else f"{own['filters']} {theirs['filters']}",
                )
            ]
    return [draft_of("other", each, "setting", setting=each.setting, apart=mine.id)]


def _layer_changed(each: Difference, mine: Step, other: Step) -> list[Draft]:
    match each.setting:
        case "padding" if mine.kind in ("max_pool", "average_pool"):
            return [draft_of("pool-same", each, apart=mine.id)]
        case "kernel_size":
            return [draft_of("kernel-size", each)]
        case "axis":
            return [draft_of("batchnorm-axis", each, apart=str(other.settings["axis"]))]
        case "training":
            is_on = bool(other.settings["training"])
            return [draft_of("batchnorm-training" if is_on else "other", each, "" if is_on else "inference")]
    form = "kind" if each.setting == "kind" else "setting"
    return [draft_of("other", each, form, setting=each.setting, apart=f"{mine.id} {each.setting}")]


def _squeezed(found: Comparison, theirs: Row) -> list[Draft]:
    """The same for blocks that the code wrote out itself."""
    by_id = {step.id: step for step in found.ours}
    pairs = [(by_id[name], other) for name, other in found.pairs.items() if other.id in theirs.inside]
    return [
        draft_of("squeeze-512", Difference("changed", mine, other, "filters"), parameters=_MORE_BY_512)
        for mine, other in pairs
        if mine.settings["filters"] == (256, 256, 2048) and other.settings["filters"] == (512, 512, 2048)
    ]


def _classes(found: Comparison) -> list[Draft]:
    """The last layer's name, if it has one, says how many classes."""
    for step in found.ours:
        other = found.pairs.get(step.id)
        if step.kind == "dense" and other and other.name and other.name != step.name:
            values = {"theirs_name": other.name, "ours_name": step.name}
            return [draft_of("classes-name", Difference("changed", step, other, "name"), **values)]
    return []
