"""Judging the whole network: its stem, its row of blocks and its head against a preset's."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache
from typing import Any

from resnet_viz.check.comparing import Comparison, Difference, ancestors, compare, lay
from resnet_viz.check.drafts import Draft, from_found
from resnet_viz.check.drawing import pair_of
from resnet_viz.check.dust import Built
from resnet_viz.check.items import Row, our_row, their_row
from resnet_viz.check.known import blocks_of, roles_of
from resnet_viz.check.methods import standing_in
from resnet_viz.check.naming import name_block
from resnet_viz.check.naming_network import name_row, without_sums
from resnet_viz.check.one_block import Judged, end_of, output_of, settled
from resnet_viz.check.ours import Trial, block_steps, network_steps
from resnet_viz.check.recorder import Recorder, Step, id_of
from resnet_viz.check.reference import reference
from resnet_viz.check.remarks import remarks_on
from resnet_viz.check.running import USUAL, Program, StoppedError
from resnet_viz.check.scene import Scene
from resnet_viz.check.sentences import tell
from resnet_viz.check.wording import layer_text
from resnet_viz.spec import DEFAULT_PRESET, build_graph, preset

_OF_PRESETS = frozenset(("squeeze-512", "stem-relu", "other"))
"""Mistakes that another preset would make right."""


def judge_network(program: Program, name: str, presets: Sequence[str]) -> Judged:
    """Judge a network against the first of some presets; if it is not right, say which of the others it is.

    Raises:
        StoppedError: If the code stops.
    """
    judged = _at_two_sizes(program, name, presets[0])
    if judged.mistakes and {each["id"] for each in judged.mistakes} <= _OF_PRESETS:
        others = (other for other in presets[1:] if other != presets[0])
        judged.looks_like = next((each for each in others if not _at_two_sizes(program, name, each).mistakes), "")
    return judged


def _at_two_sizes(program: Program, name: str, preset_name: str) -> Judged:
    """Judge a network at its usual number of classes, and if that is right, at another."""
    usual = preset(preset_name).classes
    judged = _judged(program, name, preset_name, usual)
    if not judged.mistakes and "classes" in roles_of(program.names[name]):
        record, _given = _recorded(program, name, preset_name, usual + 4)
        last = next((step for step in reversed(record.steps) if step.kind == "dense"), None)
        follows = last and last.settings["units"] == usual + 4 and last.name in ("", f"fc{usual + 4}")
        if not follows:
            return _judged(program, name, preset_name, usual + 4)
    return judged


def _recorded(program: Program, name: str, preset_name: str, classes: int) -> tuple[Recorder, object]:
    """Return what a network's function does and returns, with right blocks where it calls blocks of its own."""
    record = program.recorder()
    with_ours = _Replaced(program)
    try:
        given = program.call(program.names[name], _values(program, name, preset_name, classes), name)
    finally:
        with_ours.undo()
    if record.calls and any(step.kind == "add" and step.scope is None for step in record.steps):
        # Some blocks are written out, or have names of their own: then all are looked into as they are.
        flat = program.recorder()
        try:
            return flat, program.call(program.names[name], _values(program, name, preset_name, classes), name)
        except StoppedError:  # a block that it calls stands in another cell
            program.stand_in.session.record = record
    return record, given


def _values(program: Program, name: str, preset_name: str, classes: int) -> dict[str, Any]:
    shape = preset(preset_name).input_shape
    values: dict[str, Any] = {"input_shape": shape, "classes": classes}
    if isinstance(program.names[name], type):  # a model of its own class is called with what others read from `Input`
        values["x"] = program.stand_in.session.record.source(shape)
    return values


def _judged(program: Program, name: str, preset_name: str, classes: int) -> Judged:
    record, given = _recorded(program, name, preset_name, classes)
    if not record.steps:
        record.source(preset(preset_name).input_shape)
    is_called = isinstance(program.names[name], type) and not isinstance(given, Built)
    output, drafts = output_of(given, record, name) if is_called else _output(given, record, name)
    record.settle_lines()
    end_of(program, name, drafts)
    roles = roles_of(program.names[name])
    shown_values = {"input_shape": preset(preset_name).input_shape, "classes": classes}
    shown = ", ".join(f"{key}={value}" for key, value in shown_values.items() if key in roles)
    drafts += _twice_named(program, record)
    return judged_network(record, output, drafts, (name, f"{name}({shown})"), preset_name, classes)


def _twice_named(program: Program, record: Recorder) -> list[Draft]:
    """Return the first name that two layers, or two blocks that name their layers, have."""
    named = [(step.name, step.line, False) for step in record.steps if step.name]
    own = blocks_of(program.names)
    if not own or any(map(program.source.names_layers, own)):
        named += [(call["label"], call["line"], True) for call in record.calls if call["label"]]
    seen: set[str] = set()
    for name, line, is_block in named:
        if name in seen:
            return [Draft("other", "name-twice", line, values={"name": name, "is_block": is_block})]
        seen.add(name)
    return []


def judge_script(record: Recorder, preset_name: str) -> Judged:
    """Judge a model that the code builds outside any function."""
    start, end = record.models[-1]
    del start
    classes = next((s.settings["units"] for s in reversed(record.steps) if s.kind == "dense"), 6)
    return judged_network(record, id_of(end), [], ("model", "Model(inputs, outputs)"), preset_name, classes)


def judged_network(
    record: Recorder, output: str, drafts: list[Draft], names: tuple[str, str], preset_name: str, classes: int
) -> Judged:
    """Return what is to be said of a recorded network."""
    spec = preset(preset_name, classes=classes)
    ours = _our_row(preset_name, classes)
    theirs = their_row(_without_other_inputs(record.steps, output), output, record.calls)
    found = Comparison(ours.items, theirs.items, theirs.output)
    found.live = ancestors({step.id: step for step in theirs.items}, theirs.output)
    live = ancestors({step.id: step for step in record.steps}, output)
    _lay_rows(found, ours, theirs)
    drafts += [from_found(each) for each in record.found]
    steps = {step.id: step for step in (*record.steps, *theirs.items)}
    shown = "" if preset_name == DEFAULT_PRESET else preset_name
    scene = Scene(names[0], spec.input_shape, 2, steps, projects=False, preset=shown)
    if not any(draft.form == "no-input" for draft in drafts):
        drafts += without_sums(found, record.steps, live) or [
            *name_row(found, ours, theirs),
            *_inside(found, theirs, scene),
        ]
    drafts = settled(drafts, found)
    mistakes = [tell(draft, scene) for draft in drafts]
    ours_of = {other.id: mine for mine, other in found.pairs.items()}
    for mistake in mistakes:
        mistake["theirs"] = [ours_of.get(theirs.item_of.get(each, each), each) for each in mistake["theirs"]]
    by_id = {step.id: step for step in found.ours}
    both = [(by_id[mine], other) for mine, other in found.pairs.items() if other.kind not in ("block", "dense")]
    remarks = remarks_on(names[0], both, with_names=True)
    return Judged(names[0], pair_of(names[0], names[1], found), mistakes, remarks, is_network=True)


def _without_other_inputs(steps: list[Step], output: str) -> list[Step]:
    """Return the steps, without inputs that the output does not depend on."""
    live = ancestors({step.id: step for step in steps}, output)
    used = [step for step in steps if step.kind == "input" and step.id in live]
    return [step for step in steps if step.kind != "input" or not used or step in used]


@lru_cache(maxsize=8)
def _our_row(preset_name: str, classes: int) -> Row:
    spec = preset(preset_name, classes=classes)
    graph = build_graph(spec)
    return our_row(graph, network_steps(graph), spec.kernel_size)


def _lay_rows(found: Comparison, ours: Row, theirs: Row) -> None:
    """Lay the rows beside each other; blocks that the code wrote out are compared inside, not as a whole."""
    tried = []
    for items in (theirs.items[1:], [step for step in theirs.items[1:] if step.id in found.live]):
        other = replace(found, pairs={}, differences=[], cost=0.0)
        lay(other, ours.items[1:], items, is_side=False)
        other.cost += 0.3 * sum(step.id not in found.live for step in other.pairs.values())
        tried.append(other)
    best = min(tried, key=lambda other: other.cost)
    staged = _by_stage(found, ours, theirs)
    if staged and _unlike(staged) < _unlike(best) and not any(map(_is_stranger, staged.differences)):
        best = staged
    found.pairs, found.differences = best.pairs, best.differences
    known = set(theirs.inside)
    found.differences = [
        each for each in found.differences if not (each.form == "changed" and each.theirs and each.theirs.id in known)
    ]


def _by_stage(found: Comparison, ours: Row, theirs: Row) -> Comparison | None:
    """Lay the stages beside each other one by one, if there are as many: blocks too many or too few then push no other."""
    mine, other = _stages(ours.items[1:]), _stages(theirs.items[1:])
    if len(mine) != len(other):
        return None
    made = replace(found, pairs={}, differences=[], cost=0.0)
    before: Step | None = None
    for own, their in zip(mine, other, strict=True):
        lay(made, own, their, is_side=False, before=before)
        before = their[-1] if their else before
    return made


def _stages(items: Sequence[Step]) -> list[list[Step]]:
    """Return the stem, the stages, each from the block that projects, and the head."""
    found: list[list[Step]] = [[]]
    blocks = [place for place, step in enumerate(items) if step.kind == "block"]
    for place, step in enumerate(items):
        begins = step.kind == "block" and step.settings["projects"]
        if begins or (blocks and place == blocks[-1] + 1):
            found.append([])
        found[-1].append(step)
    return found


def _unlike(found: Comparison) -> int:
    """Return how many blocks are beside one of another kind or with other filters."""
    return sum(each.form == "changed" and each.setting in ("projects", "filters") for each in found.differences)


def _is_stranger(each: Difference) -> bool:
    """Whether a block too many, by its filters, is of another stage than the block before it."""
    alone, before = each.theirs, each.beside
    if each.form != "extra" or alone is None or before is None or not alone.kind == before.kind == "block":
        return False
    return bool(alone.settings["filters"][-1:] != before.settings["filters"][-1:])


def _inside(found: Comparison, theirs: Row, scene: Scene) -> list[Draft]:
    """Return the mistakes inside blocks that the code wrote out itself."""
    drafts: list[Draft] = []
    told: set[tuple[object, ...]] = set()
    by_id = {step.id: step for step in found.ours}
    for mine, other in found.pairs.items():
        steps = theirs.inside.get(other.id)
        if steps is None:
            continue
        own = {step.id for step in steps}
        reads = next(each for step in steps for each in step.inputs if each not in own)
        ours = by_id[mine].settings
        filters = other.settings["filters"] if _squeezes(by_id[mine], other) else ours["filters"]
        size = by_id[by_id[mine].inputs[0]].shape or (1, 1, 1)
        trial = Trial(ours["projects"], ours["f"], filters, ours["strides"], size, mine)
        start = Step(reads, "input", {}, (), size)
        own_steps = {step.id: step for step in (scene.steps.get(reads, start), *steps)}
        block = scene._replace(size=size, strides=trial.strides, steps=own_steps, projects=trial.projects)
        inner = name_block(compare(block_steps(trial), [start, *steps], steps[-1].id), trial)
        for draft in inner:
            draft.ours, draft.theirs = [mine], [other.id]
            draft.values["scene"] = block
            _tell_once(draft, told)
        drafts += inner
    return drafts


def _tell_once(draft: Draft, told: set[tuple[object, ...]]) -> None:
    """Take out of a mistake the layers that the same mistake of another block has already."""
    layers = draft.values.get("layers", [])
    keys = {step.id: (draft.id, draft.form, draft.values.get("apart"), layer_text(step)) for step in layers}
    if layers:
        draft.values["layers"] = [step for step in layers if keys[step.id] not in told]
    told |= set(keys.values())


def _squeezes(ours: Step, theirs: Step) -> bool:
    """Whether a block squeezes to twice the filters, which is told for the row."""
    mine, other = ours.settings["filters"], theirs.settings["filters"]
    return len(other) == 3 and other[0] == other[1] == 2 * mine[0] and other[2] == mine[2]


def _output(given: object, record: Recorder, name: str) -> tuple[str, list[Draft]]:
    if isinstance(given, Built):
        begins = next(step for step in record.steps if step.id == id_of(given.input))
        wrong = Draft("other", "no-input", record.steps[-1].line, values={"step": begins})
        return id_of(given.output), [] if begins.kind == "input" else [wrong]
    if given is None and record.models:
        return id_of(record.models[-1][1]), [Draft("no-return")]
    output, drafts = output_of(given, record, name)
    return output, drafts or [Draft("other", "no-model", record.steps[-1].line, values={"function": name})]


class _Replaced:
    """The code's own blocks, set aside while ours stand in their place."""

    def __init__(self, program: Program) -> None:
        self.names = program.names
        self.kept: dict[str, Any] = {}
        self.methods = ExitStack()
        self.new: set[str] = set()
        own = blocks_of(self.names)
        lacking = {name: projects for name, projects in USUAL.items() if projects not in own.values()}
        for name, projects in (own | lacking).items():
            there = self.names.get(name)
            made = reference(program.stand_in.session, name, there if name in own else None, projects=projects)
            if name in self.names:
                self.kept[name] = there
            else:
                self.new.add(name)
            self.names[name] = made
            self.methods.enter_context(standing_in(program, name, made))

    def undo(self) -> Mapping[str, Any]:
        """Put the code's own back."""
        self.methods.close()
        self.names.update(self.kept)
        for name in self.new:
            del self.names[name]
        return self.names
