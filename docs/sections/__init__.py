"""Overviews of the sections of the API: one Markdown file each."""
