"""The handlers' shapes: resources, results, failures, instructions, questions to a person."""
