"""The ways in which a portal tells that something happened, a class each."""
