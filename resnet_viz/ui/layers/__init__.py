"""The account of the Layers page."""
