"""Streamlit: the frame, the state, and one folder for what each page shows; the only room that knows it."""
