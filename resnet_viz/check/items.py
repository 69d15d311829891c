"""A whole network as a row of stem layers, blocks and head layers, ours and theirs alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resnet_viz.check.comparing import ancestors, chain, depths
from resnet_viz.check.recorder import Step
from resnet_viz.spec import Block, LayerGraph


@dataclass
class Row:
    """A network as items.

    Attributes:
        items: The input, then layers and blocks in order; a block is a step of the kind ``block``.
        output: Id of the item that the network gives out.
        inside: The steps of each block that the code wrote out itself, by the block's id; its last is what it gives.
        item_of: The item that each step lies in, by id.
    """

    items: list[Step]
    output: str
    inside: dict[str, list[Step]] = field(default_factory=dict)
    item_of: dict[str, str] = field(default_factory=dict)


def our_row(graph: LayerGraph, steps: Sequence[Step], f: int) -> Row:
    """Return our network as a row."""
    by_id = {step.id: step for step in steps}
    place = {node.id: f"{node.stage}{node.block}" for node in graph.nodes if node.block}
    row = Row([], steps[-1].id)
    for step in steps:
        name = place.get(step.id)
        row.item_of[step.id] = name or step.id
        if name is None:
            row.items.append(_reading(step, row))
        elif row.items[-1].id != name:
            row.items.append(_our_block(graph.block(name), by_id, f, row.item_of))
    return row


def _our_block(block: Block, by_id: Mapping[str, Step], f: int, item_of: Mapping[str, str]) -> Step:
    convolutions = [
        step for name, step in by_id.items() if name.startswith(f"res{block.name}_branch2") and step.kind == "conv"
    ]
    settings = {
        "projects": block.kind == "convolution",
        "f": f,
        "filters": tuple(step.settings["filters"] for step in convolutions),
        "strides": convolutions[0].settings["strides"],
    }
    return Step(
        block.name, "block", settings, (item_of[block.input],), by_id[block.out].shape, block.name, place=block.name
    )


def _reading(step: Step, row: Row) -> Step:
    """Return a layer outside blocks, reading items."""
    inputs = tuple(row.item_of.get(name, name) for name in step.inputs)
    return Step(step.id, step.kind, step.settings, inputs, step.shape, step.name, step.line, step.scope, step.place)


def their_row(steps: Sequence[Step], output: str, calls: Sequence[Mapping[str, Any]]) -> Row:
    """Return their network as a row: by the calls of its blocks, or where it has none by its sums."""
    whole = {step.id: step for step in steps}
    blocks = _called(steps) if calls else _by_sums(whole, steps[0].id, output)
    block_of = {step.id: name for name, inside in blocks.items() for step in inside}
    row = Row([], "")
    for step in steps:
        name = block_of.get(step.id)
        row.item_of[step.id] = name or step.id
        if name is None:
            row.items.append(_reading(step, row))
        elif blocks[name][-1] is step:
            row.items.append(_their_block(name, blocks[name], calls, row.item_of))
            if not calls:
                row.inside[name] = blocks[name]
    row.output = row.item_of.get(output, output)
    return row


def _called(steps: Sequence[Step]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for step in steps:
        if step.scope is not None:
            found.setdefault(f"n-block{step.scope}", []).append(step)
    return found


def _by_sums(whole: Mapping[str, Step], start: str, output: str) -> dict[str, list[Step]]:
    """Return blocks by their sums on the way from input to output: each from the one before to its ReLU."""
    way = chain(whole, depths(list(whole.values())), output, start)
    live = ancestors(whole, output)
    found: dict[str, list[Step]] = {}
    before: set[str] = set()
    for place, step in enumerate(way):
        if step.kind != "add":
            continue
        end = step
        if place + 1 < len(way) and way[place + 1].kind not in (
            "conv",
            "average_pool",
            "global_average_pool",
            "flatten",
            "add",
        ):
            end = way[place + 1]
        if not found:
            begin = _begin(whole, way, step)
            before = ancestors(whole, begin)
        upto = ancestors(whole, end.id)
        inside = [each for name, each in whole.items() if name in upto - before and name in live]
        if found and not any(each.kind == "conv" for each in inside):
            found[f"n-block{len(found) - 1}"] += inside
        else:
            found[f"n-block{len(found)}"] = inside
        before = upto
    return found | _unread(whole, live)


def _unread(whole: Mapping[str, Step], live: set[str]) -> dict[str, list[Step]]:
    """Return blocks on which the output does not depend: layers one after another, up to a sum and its ReLU."""
    found: dict[str, list[Step]] = {}
    run: list[Step] = []
    for step in whole.values():
        if step.id in live or step.kind == "input":
            run = []
        elif step.kind == "relu" and found and not run and step.inputs[0] == list(found.values())[-1][-1].id:
            list(found.values())[-1].append(step)
        else:
            run.append(step)
            if step.kind == "add" and any(each.kind == "conv" for each in run):
                found[f"n-unread{len(found)}"], run = run, []
    return found


def _begin(whole: Mapping[str, Step], way: Sequence[Step], add: Step) -> str:
    """Return what the first block reads: the stem's pooling, or where the sum's two ways part."""
    upto = ancestors(whole, add.id)
    before = [step for step in way if step.id in upto]
    pool = next((step for step in before if step.kind == "max_pool"), None)
    if pool:
        return pool.id
    shared = set.intersection(*(ancestors(whole, name) for name in add.inputs)) if add.inputs else set()
    last = [step.id for step in before if step.id in shared]
    return last[-1] if last else next(iter(whole))


def _their_block(
    name: str, steps: Sequence[Step], calls: Sequence[Mapping[str, Any]], item_of: Mapping[str, str]
) -> Step:
    own = {step.id for step in steps}
    reads = next(each for step in steps for each in step.inputs if each not in own)
    last = steps[-1]
    if last.scope is not None and calls:
        settings = dict(calls[last.scope])
        line, label = settings.pop("line"), settings.pop("label")
    else:
        convolutions = [step for step in steps if step.kind == "conv"]
        line, label = steps[0].line, ""
        main = [step for step in convolutions if not (step.inputs[0] == reads and step is not convolutions[0])]
        settings = {
            "projects": len(convolutions) > 3,
            "f": next((step.settings["kernel_size"] for step in main if step.settings["kernel_size"] != 1), 1),
            "filters": tuple(step.settings["filters"] for step in main[:3]),
            "strides": max((step.settings["strides"] for step in convolutions), key=str, default=1),
        }
    return Step(name, "block", settings, (item_of.get(reads, reads),), last.shape, label, line, last.scope)
