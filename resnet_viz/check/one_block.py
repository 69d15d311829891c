"""Judging one block: it is tried with numbers that tell its parts apart, and its graph is compared with ours."""

from dataclasses import dataclass, field
from typing import Any

from resnet_viz.check.answer import Mistake, Pair, Remark
from resnet_viz.check.comparing import Comparison, compare
from resnet_viz.check.drafts import Draft, draft_of, from_found, grouped, in_order
from resnet_viz.check.drawing import pair_of
from resnet_viz.check.known import roles_of
from resnet_viz.check.layers import Layer, tensor_of
from resnet_viz.check.naming import name_block, sizes_disagree
from resnet_viz.check.ours import Trial, block_steps
from resnet_viz.check.recorder import Recorder, Step, id_of
from resnet_viz.check.remarks import remarks_on, unread_remark
from resnet_viz.check.running import Program, StoppedError, is_tensor
from resnet_viz.check.scene import Scene
from resnet_viz.check.sentences import tell
from resnet_viz.messages import use_language

_IDENTITY = (
    Trial(False, 3, (64, 128, 256), 1, (15, 15, 256), "3b"),
    Trial(False, 5, (32, 16, 64), 1, (15, 15, 64), "4c"),
)
_CONVOLUTION = (
    Trial(True, 3, (64, 128, 512), 2, (15, 15, 256), "3a"),
    Trial(True, 5, (32, 16, 128), 1, (15, 15, 64), "2a"),
)
"""Two trials each: all filters differ, the map is odd, and the second tells `f` from 3 and `s` from 2."""

_SOFT = frozenset(("no-fit", "sizes"))
"""What nearly every mistake brings about: told only if nothing else is."""


@dataclass
class Judged:
    """What came out for one function."""

    function: str
    pair: Pair
    mistakes: list[Mistake] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    looks_like: str = ""
    is_network: bool = False


def judge_block(program: Program, name: str, *, projects: bool) -> Judged:
    """Judge a block; the second trial counts only if the first finds nothing.

    Raises:
        StoppedError: If the code stops.
    """
    roles = roles_of(program.names[name])
    first, second = _CONVOLUTION if projects else _IDENTITY
    try:
        judged = _tried(program, name, first, roles)
    except StoppedError as stopped:
        return _tried_with_a_number(program, name, first, roles, stopped)
    if not judged.mistakes:
        again = _tried(program, name, _fitted(second, first, roles), roles)
        if again.mistakes:
            return again
    return judged


def course_pair(function: str, language: str = "en") -> Pair:
    """Return our block on both sides, for the picture that stands there before anything is checked.

    Args:
        function: ``identity_block`` or another name for a convolution block.
        language: Of what stands in its boxes.
    """
    use_language(language)
    trial = (_IDENTITY if function == "identity_block" else _CONVOLUTION)[0]
    ours = block_steps(trial)
    found = compare(ours, ours, ours[-1].id)
    return pair_of(function, _call_text(function, trial, {"f", "filters", *(["s"] if trial.projects else [])}), found)


def _fitted(second: Trial, first: Trial, roles: set[str]) -> Trial:
    """Return the second trial with the first's values for what the function does not take."""
    if not {"filters", "f1"} & roles:
        second = second._replace(filters=first.filters, size=first.size)
    return second._replace(
        f=second.f if "f" in roles else first.f, strides=second.strides if "s" in roles else first.strides
    )


def _tried_with_a_number(program: Program, name: str, trial: Trial, roles: set[str], stopped: StoppedError) -> Judged:
    """Try once more with one number of filters, which some write for n, n and 4·n; if the filters then differ, it was not meant."""
    if "filters" not in roles or stopped.stop["kind"] != "exception":
        raise stopped
    one = trial._replace(filters=(64, 64, 256), size=(15, 15, 256))
    try:
        judged = _tried(program, name, one, roles, filters=64)
    except StoppedError:
        raise stopped from None
    if {"filters-order", "other"} & {each["id"] for each in judged.mistakes}:
        raise stopped
    return judged


def _tried(program: Program, name: str, trial: Trial, roles: set[str], filters: Any = None) -> Judged:
    record = program.recorder()
    x = record.source(trial.size)
    values: dict[str, Any] = {
        "x": x,
        "f": trial.f,
        "filters": filters or list(trial.filters),
        "s": trial.strides,
        "stage": int(trial.name[0]),
        "block": trial.name[1:],
        "name": trial.name,
        **dict(zip(("f1", "f2", "f3"), trial.filters, strict=True)),
    }
    given = program.call(program.names[name], values, name)
    output, drafts = output_of(given, record, name)
    record.settle_lines()
    end_of(program, name, drafts)
    found = compare(block_steps(trial), record.steps, output)
    if output != record.steps[-1].id and len(found.differences) > 3:
        whole = compare(block_steps(trial), record.steps, record.steps[-1].id)
        if whole.cost + 2 < found.cost:
            found = whole
            drafts.append(Draft("other", "returned", None, values={"function": name}))
            end_of(program, name, drafts)
    early, looped = program.source.early_return(name), program.source.return_in_loop(name)
    if (early or looped) and found.differences:
        found.differences, drafts = [], [Draft("other", "early" if early else "looped", early or looped)]
    return _judged(
        name, _call_text(name, trial, roles), found, drafts, trial, record, with_names={"stage", "block"} <= roles
    )


def end_of(program: Program, name: str, drafts: list[Draft]) -> None:
    """Have what is said of a function's end lie on its last line."""
    node = program.source.body_of(name)
    for draft in drafts:
        if draft.line is None and node:
            draft.line = node.end_lineno
        if draft.id == "no-return" and program.source.return_lines(name):
            draft.form, draft.line = "none", program.source.return_lines(name)[-1]


def output_of(given: object, record: Recorder, name: str) -> tuple[str, list[Draft]]:
    """Return the id of what a function returned, and what is wrong with that; without any, its last layer counts."""
    if isinstance(given, (list, tuple)) and len(given) == 1:
        given = given[0]
    if isinstance(given, Layer):
        given = tensor_of(given, record, name)
    if is_tensor(given):
        return id_of(given), []  # type: ignore[arg-type]
    last = record.steps[-1]
    if given is None:
        return last.id, [Draft("no-return")]
    form = "several" if isinstance(given, (list, tuple)) and any(map(is_tensor, given)) else "returned"
    return last.id, [Draft("other", form, None, values={"function": name})]


def _judged(
    name: str, call: str, found: Comparison, drafts: list[Draft], trial: Trial, record: Recorder, *, with_names: bool
) -> Judged:
    drafts += [from_found(each) for each in record.found]
    drafts += name_block(found, trial, is_second=trial.f == 5 or (trial.projects and trial.strides == 1))
    drafts = settled(drafts, found)
    scene = Scene(name, trial.size, trial.strides, {step.id: step for step in record.steps}, trial.projects)
    mistakes = [tell(draft, scene) for draft in drafts]
    ours_of = {other.id: mine for mine, other in found.pairs.items()}
    for mistake in mistakes:
        mistake["theirs"] = [ours_of.get(each, each) for each in mistake["theirs"]]
    by_id: dict[str, Step] = {step.id: step for step in found.ours}
    both = [(by_id[mine], other) for mine, other in found.pairs.items()]
    is_skipped = any(draft.id == "block-skipped" for draft in drafts)  # layers that are paired then may be others
    remarks = remarks_on(name, both, with_names=with_names and not is_skipped)
    remarks += unread_remark(name, found) if not mistakes else []
    return Judged(name, pair_of(name, call, found), mistakes, remarks)


def settled(drafts: list[Draft], found: Comparison) -> list[Draft]:
    """Return mistakes in order, without what others bring about."""
    unequal = sizes_disagree(found)
    if unequal:
        drafts.append(draft_of("other", unequal, "sizes"))
    hard = [draft for draft in drafts if draft.form not in _SOFT]
    return in_order(grouped(hard or drafts))


def _call_text(name: str, trial: Trial, roles: set[str]) -> str:
    parts = ["x"]
    if "f" in roles:
        parts.append(f"f={trial.f}")
    if "filters" in roles:
        parts.append(f"filters={list(trial.filters)}")
    if "s" in roles:
        parts.append(f"s={trial.strides}")
    return f"{name}({', '.join(parts)})"
