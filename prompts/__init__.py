"""Prompts: one Markdown file each, and the loader."""

from prompts.prompt import Argument, Prompt, PromptArguments, prompts, takes

__all__ = ["Argument", "Prompt", "PromptArguments", "prompts", "takes"]
