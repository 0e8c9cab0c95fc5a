"""Documentation as resources: pages rendered from the classes of methods and events."""
