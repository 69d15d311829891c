"""Weights: which arrays a network needs, what a file brings, and how the two fit. No Keras, no Streamlit."""
