#!/usr/bin/env bash
# A real QGIS with a profile of its own on a virtual screen runs a script; used by test_session.py and the bench.
# usage: start.sh FOLDER SCRIPT SECONDS   (the folder is made anew; its "status" is "ok" or says what failed)
set -euo pipefail

out=$1 script=$2 limit=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
# On Debian /usr/bin/qgis is a shell script around qgis.bin that does not pass every option on.
qgis=$(command -v qgis.bin || command -v qgis)
rm -rf "$out"
mkdir -p "$out/plugins" "$out/runtime"
chmod 700 "$out/runtime"
ln -s "$root" "$out/plugins/eofusion"

export EOFUSION_ROOT=$root EOFUSION_SESSION=$out
export EOFUSION_PYTHON=${EOFUSION_PYTHON:-$root/.venv/bin/python} EOFUSION_DATA=$out/data
export EOFUSION_CACHE=${EOFUSION_CACHE:-$root/build/cache}
export QGIS_PLUGINPATH=$out/plugins XDG_RUNTIME_DIR=$out/runtime LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=${EOFUSION_NO_BYTECODE-1}
# QGIS takes the Python that is found first for its own.
export PATH=/usr/bin:/bin:$PATH
unset QT_QPA_PLATFORM
exec timeout --kill-after=10 "$limit" xvfb-run -a -s "-screen 0 1400x1000x24" \
  "$qgis" --noversioncheck --nologo --profiles-path "$out/profile" --code "$script" >"$out/qgis.log" 2>&1
