"""What all visitors of the server share: caches, each bounded, each keyed by content."""

from resnet_viz.caches import ArrayCache, ResultCache
from resnet_viz.jobs.feed import RunFeed

# Seven views of the largest block at 224 px; the worker, which keeps the last pictures whole, gives others in some milliseconds.
ACTIVATION_BYTES = 96 * 2**20

activations = ArrayCache(ACTIVATION_BYTES)
"""Feature maps by (specification, picture, preprocessing, node)."""
results = ResultCache(64 * 2**20)
"""Answers other than feature maps, by everything they depend on."""
run_feed = RunFeed()
"""What every watcher of a run reads."""
