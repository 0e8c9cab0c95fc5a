"""What the embedded portal holds: records, settings, connectors, limits, faults."""
