"""Prompts: one Markdown file each, and the loader."""

from prompts.prompt import Argument, Prompt, PromptArgumentsError, prompts, takes

__all__ = ["Argument", "Prompt", "PromptArgumentsError", "prompts", "takes"]
