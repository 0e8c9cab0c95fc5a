"""Pseudonyms in place of clients' phones, addresses, cards and names."""
