"""What every tool of several calls is built from."""
