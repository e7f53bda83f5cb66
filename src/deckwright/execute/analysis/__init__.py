"""What cells and the author's modules can read and bind, told from their text. Runs nothing."""
