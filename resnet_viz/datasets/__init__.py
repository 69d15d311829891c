"""Pictures to learn from: which there are, where they come from, how a person's own are read."""
