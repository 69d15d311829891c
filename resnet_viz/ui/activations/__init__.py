"""The three views of the Activations page."""
