"""What stands on the Architecture page beside and in the picture."""
