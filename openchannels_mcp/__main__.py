"""`python -m openchannels_mcp` and the command `openchannels-mcp`."""

import sys

import openchannels_mcp  # noqa: F401  (puts our folders first on sys.path)

try:
    from server.cli.main import main
except ModuleNotFoundError as error:
    sys.exit(f"openchannels-mcp: {error.name} is not installed; run `make demo` or `pip install .` first")

if __name__ == "__main__":
    main()
