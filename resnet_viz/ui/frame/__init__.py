"""What stands on every page: the subject line, the walk, the projector, the way to change the network."""
