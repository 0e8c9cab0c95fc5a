"""What reaches the model of Claude Code, Codex and Gemini CLI, driven by a scripted model through one story."""

from bench.clients.drive import measure

__all__ = ["measure"]
