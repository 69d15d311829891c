"""Training: data, demos as data files, the loop, what a run leaves behind. Only `trainer` and `device` need Keras."""
