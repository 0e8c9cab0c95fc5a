"""Streamable HTTP and SSE on one application, and its end."""
