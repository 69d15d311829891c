"""The worker's line: who can be answered at once does not wait for a network to be built, and nobody waits for ever."""

import threading
from collections import OrderedDict

from resnet_viz.worker.line import MAX_PASSED, Line
from resnet_viz.worker.wire import Message
from tests.patience import PATIENCE_S


def request(number, network=0, owner=None):
    return Message({"id": number, "network": network, "owner": str(number if owner is None else owner)}, {})


def filled(*requests):
    line = Line()
    for one in requests:
        line.put(one, one.header["owner"])
    line.close()
    return line


def taken(line, is_ready):
    return [one.header["id"] for one in iter(lambda: line.take(is_ready), None)]


def test_who_comes_first_is_served_first_where_nobody_is_ready():
    assert taken(filled(*map(request, range(5))), lambda _one: False) == [0, 1, 2, 3, 4]


def test_who_is_ready_goes_before_who_needs_a_network_built():
    line = filled(request(0, 1), request(1, 2), request(2, 1), request(3, 2), request(4, 3))
    assert taken(line, lambda one: one.header["network"] == 2) == [1, 3, 0, 2, 4]


def test_whoever_needs_a_network_built_is_passed_a_bounded_number_of_times():
    line = filled(request(0, 1), *(request(number, 2) for number in range(1, 100)))
    assert taken(line, lambda one: one.header["network"] == 2).index(0) == MAX_PASSED


def test_a_class_that_uses_more_networks_than_stay_built_waits_for_few_builds():
    """First come, first served would build 32 times here: each request throws out the network that comes three later."""
    line, built, builds = filled(*(request(n, n % 4) for n in range(32))), OrderedDict(), 0
    while one := line.take(lambda waiting: waiting.header["network"] in built):
        network = one.header["network"]
        if network not in built:
            builds += 1
            built[network] = True
            if len(built) > 3:
                built.popitem(last=False)
        built.move_to_end(network)
    assert builds <= 5


def test_whoever_asks_ten_things_at_once_holds_nobody_up():
    """Everybody has one answer before anybody has two."""
    greedy = [request(number, owner="greedy") for number in range(10)]
    line = filled(*greedy, request(10, owner="one"), request(11, owner="other"), request(12, owner="one"))
    assert taken(line, lambda _one: True) == [0, 10, 11, 1, 12, *range(2, 10)]


def test_a_line_that_is_empty_waits_until_somebody_comes():
    line, found = Line(), []
    thread = threading.Thread(target=lambda: found.extend(taken(line, lambda _one: False)))
    thread.start()
    line.put(request(7), "somebody")
    line.close()
    thread.join(PATIENCE_S)
    assert found == [7]
