"""One check, from code to answer."""

import json
from collections.abc import Callable
from functools import partial

from resnet_viz.check.answer import Answer, Stop, Verdict
from resnet_viz.check.known import blocks_of, is_known, networks_of
from resnet_viz.check.methods import lift_methods
from resnet_viz.check.notebook import read
from resnet_viz.check.one_block import Judged, judge_block
from resnet_viz.check.one_network import judge_network, judge_script
from resnet_viz.check.outside import other_framework, remarks_outside, stops_outside
from resnet_viz.check.running import USUAL, Program, StoppedError
from resnet_viz.check.stops import syntax_stop
from resnet_viz.check.wording import near
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined, ngettext, use_language
from resnet_viz.spec import DEFAULT_PRESET

USUAL_NAMES = (*USUAL, "ResNet50")
MOST_CHARACTERS = 200_000
_MOST_ANSWER = 900_000
"""Characters of an answer as JSON."""


def presets() -> tuple[str, ...]:
    """Return the presets that `ResNet50` can be judged against, the usual one first."""
    return ("course", "coursera-2018")


def judge(code: str, preset: str = DEFAULT_PRESET, language: str = "en") -> Answer:
    """Run a student's code against the stand-in and say what is wrong with the graph that comes out.

    Args:
        code: What was written or pasted.
        preset: What `ResNet50` is judged against.
        language: Of all sentences, a key of `messages.LANGUAGES`.
    """
    use_language(language)
    answer = _empty(preset)
    if len(code) > MOST_CHARACTERS:
        text = _("This is too long to check: at most {n} characters.").format(n=f"{MOST_CHARACTERS:,}")
        return _stopped(answer, _stop("long", text))
    try:
        program = Program(read(code))
    except SyntaxError as error:
        return _stopped(answer, syntax_stop(error, code))
    except (RecursionError, MemoryError, ValueError) as error:  # nested too deep, or a sign that no Python has
        return _stopped(answer, _stop("syntax", _("This is not Python yet: {error}.").format(error=str(error)[:80])))
    return _cut(_judge(program, answer))


def _judge(program: Program, answer: Answer) -> Answer:
    framework = other_framework(program, is_unknown=False)
    if framework:
        return _stopped(answer, framework)
    has_network = False
    lift_methods(program)
    tasks, is_script = _tasks(program, answer["preset"])
    stops = [stop for name, stop in program.failed.items() if is_known(name) and name not in program.names]
    stops += stops_outside(program, is_script=is_script)
    for task in tasks:
        try:
            judged = task()
        except StoppedError as stopped:
            stops.append(stopped.stop)
            continue
        except Exception as error:  # noqa: BLE001 - a graph that we cannot compare is not judged, whatever we stumble over
            text = _("The checker cannot compare this code with the course's. It says nothing about right or wrong.")
            stops.append(_stop("unknown", text) | {"python": f"{type(error).__name__}: {error}"[:300]})
            continue
        if judged.looks_like:
            answer["looks_like"] = judged.looks_like
        answer["checked"].append(judged.function)
        answer["graphs"].append(judged.pair)
        answer["mistakes"] += judged.mistakes
        answer["remarks"] += judged.remarks
        has_network |= judged.is_network
    if not answer["checked"] and not stops:
        stops.append(_nothing(program))
    if stops:
        worst = next((each for each in stops if each["kind"] != "unknown"), stops[0])
        is_unknown = worst["kind"] in ("unknown", "empty")
        answer["stop"] = (is_unknown and other_framework(program, is_unknown=True)) or worst
    else:
        answer["remarks"] += remarks_outside(program)
    return _with_verdict(answer, has_network=has_network)


def _tasks(program: Program, preset: str) -> tuple[list[Callable[[], Judged]], bool]:
    """Return what there is to judge, blocks first, then the network; and whether it is a model outside all functions."""
    names, record = program.names, program.stand_in.session.record
    blocks = [partial(judge_block, program, name, projects=projects) for name, projects in blocks_of(names).items()]
    networks = [partial(judge_network, program, name, (preset, *presets())) for name in networks_of(names)]
    if not blocks and not networks and record.models:
        return [partial(judge_script, record, preset)], True
    return [*blocks, *networks], False


def _with_verdict(answer: Answer, *, has_network: bool = False) -> Answer:
    stop, n = answer["stop"], len(answer["mistakes"])
    verdict: Verdict = "mistake" if n else "right"
    if stop and (stop["kind"] != "unknown" or not n):
        verdict = "unknown" if stop["kind"] == "unknown" else "error"
    answer["verdict"] = verdict
    if verdict == "right":
        answer["headline"] = _("Right: the graph is the course's.")
        if has_network and answer["preset"] != DEFAULT_PRESET:
            answer["headline"] = _("Right: the graph is that of the preset {name}.").format(name=answer["preset"])
    elif verdict == "mistake":
        answer["headline"] = ngettext("{n} mistake found.", "{n} mistakes found.", n).format(n=n)
        if "looks_like" in answer:
            text = _("This network is exactly the preset {name}.")
            if len({each["function"] for each in answer["mistakes"]}) > 1:
                text = _("Apart from its blocks this network is exactly the preset {name}.")
            text = text.format(name=answer["looks_like"])
            answer["headline"] = joined((answer["headline"], text), " ")
    elif verdict == "unknown":
        answer["headline"] = _("This cannot be judged.")
    elif stop and stop["kind"] == "empty":
        answer["headline"] = _("Nothing was checked.")
    else:
        answer["headline"] = _("The code does not run yet.")
    return answer


def _nothing(program: Program) -> Stop:
    """Return why there is nothing to judge: a misspelt name, a cell that failed, or no function of a known name."""
    for name, line in program.source.defined.items():
        meant = near(name, USUAL_NAMES, 0.85)
        if meant:
            text = _("`{name}` is not checked for its name. Did you mean `{meant}`?").format(name=name, meant=meant)
            return _stop("empty", text) | {"line": line, "text": program.source.text_at(line)}
    text = _("There is nothing to check yet. Write `identity_block`, `convolutional_block` or `ResNet50`.")
    return program.failed.get("") or _stop("empty", text)


def _stop(kind: str, sentence: str) -> Stop:
    return {"kind": kind, "line": None, "text": "", "function": "", "sentence": sentence, "python": ""}


def _stopped(answer: Answer, stop: Stop) -> Answer:
    answer["stop"] = stop
    return _with_verdict(answer)


def _empty(preset: str) -> Answer:
    return {
        "verdict": "unknown",
        "headline": "",
        "mistakes": [],
        "remarks": [],
        "stop": None,
        "checked": [],
        "graphs": [],
        "preset": preset,
        "is_cut": False,
    }


def _cut(answer: Answer) -> Answer:
    """Return an answer of bounded size: remarks and pictures go first, the verdict stays."""
    for name, kept in (("remarks", 50), ("mistakes", 50), ("graphs", 6), ("graphs", 0)):
        if len(json.dumps(answer)) <= _MOST_ANSWER and kept:
            answer[name] = answer[name][:kept]  # type: ignore[literal-required]
        elif len(json.dumps(answer)) > _MOST_ANSWER:
            answer[name], answer["is_cut"] = answer[name][:kept], True  # type: ignore[literal-required]
    return answer
