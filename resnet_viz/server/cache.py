"""What all visitors of the server share: caches, each bounded, each keyed by content."""

from resnet_viz.caches import ArrayCache, ResultCache
from resnet_viz.jobs.feed import RunFeed

ACTIVATION_BYTES = 192 * 2**20

activations = ArrayCache(ACTIVATION_BYTES)
"""Feature maps by (specification, picture, preprocessing, node)."""
results = ResultCache(64 * 2**20)
"""Answers other than feature maps, by everything they depend on."""
run_feed = RunFeed()
"""What every watcher of a run reads."""
