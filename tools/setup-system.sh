#!/usr/bin/env bash
# QGIS, its Python bindings and a virtual screen from Debian's packages; says what is needed elsewhere.
set -euo pipefail

needed=(python3-qgis qgis qgis-providers xvfb xauth python3-venv)
have() {
  /usr/bin/python3 -c 'import qgis.core' 2>/dev/null && [ -x /usr/bin/qgis ] && command -v xvfb-run >/dev/null &&
    /usr/bin/python3 -c 'import ensurepip' 2>/dev/null
}

if have; then exit 0; fi
if ! command -v apt-get >/dev/null; then
  echo "EO Fusion's demo and tests need QGIS 3.22 or newer with its Python bindings, xvfb-run and Python's venv module: install them with your system's package manager and run this again." >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Installing ${needed[*]} needs root: run 'apt-get install ${needed[*]}' as root, then this again." >&2
    exit 1
  fi
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${needed[@]}"
have || { echo "QGIS was installed but its Python bindings do not load: check 'python3 -c \"import qgis.core\"'." >&2; exit 1; }
