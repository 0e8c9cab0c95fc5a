"""Which tools exist, and what a client is told of each."""
