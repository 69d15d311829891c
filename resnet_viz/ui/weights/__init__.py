"""The page of the weights: what they are, what they look like, where two sets differ."""
