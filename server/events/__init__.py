"""What happened at a portal: where it is heard, the durable feed, who is told."""
