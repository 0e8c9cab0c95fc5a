"""Requests into calls and answers into responses, as a portal does it."""
