"""Explanations of a score, one method per file; `catalogue` lists them without Keras."""
