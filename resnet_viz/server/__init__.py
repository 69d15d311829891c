"""One server for all its visitors: stores, workers and caches they share, work behind the pages, and what stands before Streamlit."""
