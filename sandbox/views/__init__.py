"""What the portal shows of its state: chats, history, users, lines, statistics."""
