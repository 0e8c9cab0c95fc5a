"""Whether every tool that reads bears every oddity in every field of every answer.

The genuine answers of the embedded portal to each call (`calls`) are recorded, and each field in them (`places`) is
made odd in each of many ways (`mutations`), once in one row and once in all. No call may fail inside, no row may be
lost without being named, and only what a tool is for may make the whole tool fail (`sweep`).

`python -m tests.sweep [TOOL...]` sweeps everything and prints the table; the suite takes a sample, and with LONG_TESTS
everything.
"""
