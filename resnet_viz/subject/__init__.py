"""The subject: what a person looks at. LearnedFrom no page and no drawing; a link is its whole text."""
