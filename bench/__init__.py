"""Figures, each measured beside what it is compared with in the same run: `python -m bench [--short] [TABLE ...]`."""
