#!/usr/bin/env bash
# The engine's environment with the CPU build of torch. usage: setup-engine.sh FOLDER [users]
# With "users" it has what the plugin's set-up installs and no more.
set -euo pipefail

folder=$1
"$PYTHON" - <<'PY' || { echo "The engine needs Python 3.11 to 3.14: name one with 'make PYTHON=/path/to/python3'." >&2; exit 1; }
import sys
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PY
[ -x "$folder/bin/python" ] || "$PYTHON" -m venv "$folder"
pip() { "$folder/bin/python" -m pip --disable-pip-version-check "$@"; }

# Plain torch pulls 5 GB of CUDA on Linux. The public CPU index is asked first, briefly; a machine that cannot reach it
# takes what pip's own configuration offers. Every file is one whose hash is locked (make lock).
locked() { pip install --quiet --only-binary :all: --require-hashes "$@"; }
torch=$(sed -n 's/^torch==//p' engine/requirements.txt)
if ! "$folder/bin/python" -c "import torch, sys; sys.exit(torch.__version__.split('+')[0] != '$torch')" 2>/dev/null; then
  if ! locked --timeout 15 --retries 0 --index-url "$TORCH_INDEX" --no-deps -r engine/requirements-torch-cpu.lock 2>/dev/null; then
    echo "No answer from $TORCH_INDEX: torch $torch comes from pip's own configuration."
    locked --no-deps -r engine/requirements-torch.lock -r engine/requirements-cuda.lock
  fi
fi
locked -r engine/requirements.lock
if [ "${2:-}" = users ]; then exit 0; fi
pip install --quiet -r engine/requirements-dev.txt
pip install --quiet --no-deps --editable engine
