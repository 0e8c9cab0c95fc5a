"""Serving over the network: transports, authentication, hygiene and operations."""
