"""One dialog before an answer: its state, its story, what can be done next."""
