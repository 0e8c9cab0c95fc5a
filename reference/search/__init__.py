"""Search over the pages, without a network and without a model."""
