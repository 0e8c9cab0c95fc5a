"""The MCP edge: handlers, replies, policy, settings, transports and the command line."""
