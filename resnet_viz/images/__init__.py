"""Pictures: read safely, prepared for a network, kept for their owner. No Keras, no Streamlit."""
