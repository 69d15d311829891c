"""The page Check: what a browser needs to judge a student's code by itself. None of that code ever comes here."""
