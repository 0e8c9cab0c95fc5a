"""Who and what people name: lines, operators, dialogs, clients, channels."""
