"""A local copy of the official documentation: brought here, cleaned, indexed, compared with the classes."""
