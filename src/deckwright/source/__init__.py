"""From Markdown files to a Deck: all syntax knowledge of the slide format stands in this folder."""
