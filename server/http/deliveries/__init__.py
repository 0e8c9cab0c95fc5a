"""What a portal posts to an application: its events and its installation."""
