"""Pages without a browser."""
