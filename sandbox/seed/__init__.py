"""The made-up company with which the embedded portal starts."""
