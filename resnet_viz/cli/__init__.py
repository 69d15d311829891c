"""The library from a terminal: `python -m resnet_viz`."""
