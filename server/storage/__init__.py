"""What outlives a process: one SQLite file on one machine, shared by every server that works there."""
