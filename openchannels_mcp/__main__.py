"""`python -m openchannels_mcp` and the command `openchannels-mcp`."""

import openchannels_mcp  # noqa: F401  (puts our folders first on sys.path)
from server.cli import main

if __name__ == "__main__":
    main()
