"""Files of dialogs: reading what clients sent, and sending."""
