"""The durable feed of a portal's events, and the follower that finds them."""
