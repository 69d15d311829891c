"""Containers of arrays: what a file declares, before any array is read. The first bytes decide which container it is."""
