"""The engine for looking: a LayerGraph and its arrays as an ONNX model, and that model run. No Keras.

Keras is the check: `tests/equivalence` compares every layer of every preset.
"""
