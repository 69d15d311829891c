"""The pages' frame, state and components: the only rooms that know Streamlit."""
