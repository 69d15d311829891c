"""Pictures, tables and charts: arrays and records in, DOT, DataFrames, figures and PNG out."""
