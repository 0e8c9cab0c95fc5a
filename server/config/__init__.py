"""Settings of the program, of a shared server and of its guardrails; where secrets come from."""
