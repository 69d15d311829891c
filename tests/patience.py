"""How long a test waits for what is to come."""

PATIENCE_S = 300
"""The longest wait for any state, whatever else the machine does; one that comes at once costs nothing."""
