"""Make the engine's environment with the plugin's own builder, try every part of it, and run the sample's middle.

usage: try_setup.py [FOLDER]   Without QGIS, on any system; ends with status 1 and a sentence where something fails.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from eofusion_plugin.engine import builder, client, recipes  # noqa: E402
from eofusion_plugin.errors import PluginError  # noqa: E402

AREA = "10.4000,51.1000,10.4040,51.1025"


def main() -> int:
    """Set up, try, run."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="eofusion-"))
    recipe = recipes.recipe(Path(sys.executable), sys.version_info[:2], recipes.CPU, data=str(folder))
    print(recipe.as_text())
    try:
        ready = builder.Builder(recipe, print).build()
    except PluginError as error:
        print(f"{error.message} {error.hint}", file=sys.stderr)
        return 1
    print(json.dumps(ready))
    run = folder / "run"
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from eofusion_engine.cli import main; sys.exit(main())"
    options = ["--source", "sample", "--area", AREA, "--start", "2021-06-01", "--end", "2021-06-20", "--out", str(run)]
    command = [str(recipe.python), "-I", "-c", code, str(ROOT / "engine"), "run", *options]
    done = subprocess.run(command, env=client.scrubbed_environment(), check=False)
    made = sorted(p.name for p in run.rglob("*.tif"))
    print(f"{len(made)} rasters")
    return 0 if done.returncode == 0 and made else 1


if __name__ == "__main__":
    sys.exit(main())
