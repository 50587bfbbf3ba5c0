#!/usr/bin/env bash
# The engine's environment with the CPU build of torch. usage: setup-engine.sh FOLDER
set -euo pipefail

folder=$1
"$PYTHON" - <<'PY' || { echo "The engine needs Python 3.11 to 3.14: name one with 'make PYTHON=/path/to/python3'." >&2; exit 1; }
import sys
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PY
[ -x "$folder/bin/python" ] || "$PYTHON" -m venv "$folder"
pip() { "$folder/bin/python" -m pip --disable-pip-version-check "$@"; }

# Plain torch pulls 5 GB of CUDA on Linux. The public CPU index is asked first, briefly; a machine
# that cannot reach it takes what pip's own configuration offers.
if ! "$folder/bin/python" -c "import torch, sys; sys.exit(torch.__version__.split('+')[0] != '$TORCH_VERSION')" 2>/dev/null; then
  if ! pip install --quiet --timeout 15 --retries 0 --index-url "$TORCH_INDEX" --no-deps "torch==$TORCH_VERSION+cpu" 2>/dev/null; then
    echo "No answer from $TORCH_INDEX: torch $TORCH_VERSION comes from pip's own configuration."
    pip install --quiet "torch==$TORCH_VERSION"
  fi
fi
pip install --quiet -r engine/requirements.txt -r engine/requirements-dev.txt
pip install --quiet --no-deps --editable engine
