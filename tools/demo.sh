#!/usr/bin/env bash
# The main job on the sample in a real, headless QGIS, through the plugin's own dock; results in build/demo/.
# usage: demo.sh [FILE.zip]   With a zip, that is installed into a clean profile, as QGIS' plugin manager does it,
# and results lie in build/demo-zip/. DEMO_TIMEOUT: seconds, 900 by default.
set -euo pipefail
cd "$(dirname "$0")/.."

root=$(pwd)
zip=${1:+$(realpath "$1")}
out=$root/build/demo${zip:+-zip}
limit=${DEMO_TIMEOUT:-900}
# On Debian /usr/bin/qgis is a shell script around qgis.bin that does not pass every option on.
qgis=$(command -v qgis.bin || command -v qgis)
rm -rf "$out"
if [ -n "$zip" ]; then
  plugins=$out/profile/profiles/default/python/plugins
  mkdir -p "$plugins"
  python3 -m zipfile -e "$zip" "$plugins"
else
  plugins=$out/plugins
  mkdir -p "$plugins"
  ln -s "$root" "$plugins/eofusion"
fi

export EOFUSION_ROOT=$root EOFUSION_DEMO=$out EOFUSION_DEMO_LIMIT=$limit
export EOFUSION_PYTHON=${EOFUSION_PYTHON:-$root/.venv/bin/python}
export EOFUSION_CACHE=${EOFUSION_CACHE:-$root/build/cache}
[ -n "$zip" ] || export QGIS_PLUGINPATH=$plugins
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-$out/runtime} LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
mkdir -p "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR"

status=0
timeout --kill-after=10 "$((limit + 60))" xvfb-run -a -s "-screen 0 1400x1000x24" \
  "$qgis" --noversioncheck --nologo --profiles-path "$out/profile" --code tools/demo.py >"$out/qgis.log" 2>&1 || status=$?
cat "$out/demo.log" 2>/dev/null || true
if [ "$(cat "$out/status" 2>/dev/null)" != ok ]; then
  [ -s "$out/status" ] || echo "The demo ended without a result (exit status $status): $out/qgis.log has the last words." >&2
  [ -s "$out/status" ] && sed 's/^/The demo failed: /' "$out/status" >&2
  tail -n 15 "$out/qgis.log" >&2 || true
  exit 1
fi
