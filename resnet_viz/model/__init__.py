"""Keras models built by walking a LayerGraph. Imports Keras, so it belongs in worker processes and notebooks only."""
