"""What happens in a company: who may do what, sessions, queues, transfers, messages."""
