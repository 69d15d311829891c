"""The page of `plain_app`: 40 sliders."""

import streamlit as st

for number in range(40):
    st.slider(f"Value {number}", 0, 100, 50, key=f"value_{number}")
