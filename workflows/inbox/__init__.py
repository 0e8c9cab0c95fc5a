"""Who waits for an answer, from the messenger or from the statistics."""
