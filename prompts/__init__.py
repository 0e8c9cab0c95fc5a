"""Prompts: one Markdown file each, and the loader."""

from prompts.prompt import Prompt, PromptArgument, PromptArgumentsError, read_prompts, takes_argument

__all__ = ["Prompt", "PromptArgument", "PromptArgumentsError", "read_prompts", "takes_argument"]
