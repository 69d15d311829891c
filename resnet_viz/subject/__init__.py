"""The subject: what a person looks at. Knows no page and no drawing; a link is its whole text."""
