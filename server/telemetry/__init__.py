"""What an operator sees: log lines, figures, spans."""
