"""What a trial is and came to, in words and in files: the same from a page and from the terminal. No Keras, no page."""
