"""Guides: one Markdown file each, front matter in TOML, and the loader."""
