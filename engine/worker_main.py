"""Start the engine's worker from the plugin's own folder.

QGIS runs ``python -I .../engine/worker_main.py``: -I ignores PYTHONPATH and the user's site
packages, so the folder of the engine is added here.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from eofusion_engine.worker import main

if __name__ == "__main__":
    sys.exit(main())
