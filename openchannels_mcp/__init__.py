"""The application's own folders, put first on the import path.

The wheel carries `server/`, `tools/` and the others inside this package, a checkout has them beside it. Either
way they must win over folders of the same names in the working directory or on PYTHONPATH.
"""

import sys
from pathlib import Path

VERSION = "0.1.0"

_here = Path(__file__).resolve().parent
sys.path.insert(0, str(_here if (_here / "server").is_dir() else _here.parent))
