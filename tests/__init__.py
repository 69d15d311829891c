"""All tests; see `docs/ARCHITECTURE.md` for which folder asks what."""
