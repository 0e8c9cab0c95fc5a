"""One line in words, and the check of its settings against rules."""
