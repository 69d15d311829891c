"""Plans as texts of links and as records of files, broken: a plan whose networks and pictures exist, or a sentence."""

import copy
import json
import os
import random
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from resnet_viz.errors import ResNetVizError
from resnet_viz.subject.views import parse_settings
from resnet_viz.training.demos import demos
from resnet_viz.training.plan import Plan, to_paths, with_settings
from resnet_viz.ui.train import data_gallery

from ..measuring import measured

MOST_S, MOST_BYTES = 2.0, 300e6
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1, 7, 64, 512, 10**9, 10**30, 0.5, 1e308, float("nan"), float("inf"), "", "shapes", "folders", "digits",
    "cifar10", "../../x", "x" * 5000, "٣", "1e999", "course", "cifar-56,width=16", "course,stages=6,stages.7.blocks=128",
    "keras-v1,stem.filters=16384", [], [1] * 1000, {}, {"name": "a", "text": "course"}, [{"name": "a", "text": "v2"}] * 5,
)  # fmt: skip
TEXTS = [str(value)[:300] for value in ODD if isinstance(value, (int, float, str))]


def records(count: int) -> Iterator[Any]:
    """Yield plans as a file may hold them, with up to three values changed for others."""
    source = random.Random(11)
    seeds = [demo.plan.to_dict() for demo in demos().values()]
    for _number in range(count):
        data: Any = copy.deepcopy(source.choice(seeds))
        for _turn in range(source.choice([1, 1, 2, 3])):
            where = data
            while isinstance(where, (dict, list)) and where:
                key = source.choice(list(where) if isinstance(where, dict) else range(len(where)))
                if not isinstance(where[key], (dict, list)) or source.random() < 0.2:
                    where[key] = (
                        near(where[key], source) if source.random() < 0.6 else copy.deepcopy(source.choice(ODD))
                    )
                    break
                where = where[key]
        if source.random() < 0.1:
            data[source.choice(["nothing", "seed ", "Demo", "data.folder"])] = 1
        yield json.loads(json.dumps(data)) if source.random() < 0.98 else source.choice(ODD)


def near(value: Any, source: random.Random) -> Any:
    """Return a value of the same kind, as a person may type it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return source.choice([value, value + 1, value * 2, value // 2, -value, value * 100])


def texts(count: int) -> Iterator[tuple[str, str]]:
    """Yield a demo's name and settings as a link may hold them."""
    source = random.Random(12)
    known = to_paths(Plan())
    paths = [
        *known,
        "data.folder",
        "spec.width",
        "spec.stages.3.blocks",
        "spec.input_shape",
        "networks.plain",
        "depth",
        "",
    ]
    for _number in range(count):
        parts = []
        for path in source.sample(paths, source.choice([1, 1, 2, 3])):
            value = near(known[path], source) if path in known and source.random() < 0.7 else source.choice(TEXTS)
            parts.append(f"{path}={value}")
        text = ";".join(parts)
        if source.random() < 0.2:
            place = source.randrange(len(text))
            text = text[:place] + source.choice("=;.,\x00é9") + text[place + 1 :]
        yield source.choice(list(demos())), text


def test_malformed_plans_are_a_plan_or_a_sentence():
    """`RESNET_VIZ_FUZZ=2000` runs the large count; the default keeps CI quick."""
    count = int(os.environ.get("RESNET_VIZ_FUZZ", "200"))
    seen, slowest, largest = {"plans": 0, "sentences": 0}, 0.0, 0
    made = [
        *(lambda data=data: Plan.from_dict(data) for data in records(count // 2)),
        *(
            lambda name=name, text=text: with_settings(demos()[name].plan, parse_settings(text))
            for name, text in texts(count // 2)
        ),
    ]
    for make in made:
        with measured() as cost:
            try:
                plan = make()
                plan.check_networks()
                source = data_gallery._source(plan)
                if source is not None:
                    source.train(np.arange(min(54, source.train_count or 54)))
                assert Plan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan
                seen["plans"] += 1
            except ResNetVizError as error:
                sentence = str(error)
                seen["sentences"] += 1
            else:
                sentence = ""
        assert len(sentence) < 1500
        slowest, largest = max(slowest, cost.seconds), max(largest, cost.extra_bytes)
        assert (cost.seconds < MOST_S, cost.extra_bytes < MOST_BYTES) == (True, True), (cost, sentence)
    sys.stdout.write(f"{count} plans: {seen}, slowest {slowest:.2f} s, largest {largest / 1e6:.0f} MB\n")
    assert min(seen.values()) > count / 20
