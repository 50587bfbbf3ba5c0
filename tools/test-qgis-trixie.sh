#!/usr/bin/env bash
# The plugin on a newer QGIS (3.40): Debian trixie in a folder of its own, nothing of this system is changed.
# usage: test-qgis-trixie.sh FOLDER [pytest arguments]   the plugin's tests; needs root and debootstrap, 2.6 GB of disk
#        test-qgis-trixie.sh FOLDER --zip FILE.zip       the zip in a clean profile runs the sample; 2 GB more
set -euo pipefail

root=${1:?"usage: test-qgis-trixie.sh FOLDER [--zip FILE.zip | pytest arguments]"}
shift
zip=
if [ "${1:-}" = --zip ]; then zip=$(realpath "${2:?"--zip needs a file"}"); fi
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
packages=(python3-qgis qgis qgis-providers python3-venv python3-pytest xvfb xauth ca-certificates git)

if [ "$(id -u)" -ne 0 ]; then
  echo "Making a system in a folder needs root: run this again with sudo." >&2
  exit 1
fi
if ! command -v debootstrap >/dev/null; then
  echo "debootstrap is missing: apt-get install debootstrap, then run this again." >&2
  exit 1
fi
if [ ! -f "$root/.eofusion-base" ]; then
  rm -rf --one-file-system "$root"
  mkdir -p "$root"
  debootstrap --variant=minbase trixie "$root" "$mirror"
  touch "$root/.eofusion-base"
fi
if [ ! -f "$root/.eofusion-ready" ]; then
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  # A company's own certificates, where there are any, hold inside too.
  mkdir -p "$root/usr/local/share/ca-certificates"
  cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
  chroot "$root" dpkg --configure -a  # after an earlier try that was stopped
  chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
  mkdir -p "$root/etc/ssl/certs"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  chroot "$root" python3 -m venv --system-site-packages /opt/tests
  chroot "$root" env PIP_CERT=/etc/ssl/certs/ca-certificates.crt /opt/tests/bin/pip install --quiet \
    --disable-pip-version-check 'pytest>=8,<9' 'pytest-qgis==5.0.2' 'pytest-timeout>=2.3,<3'
  touch "$root/.eofusion-ready"
fi

# The working tree as it is now, tracked and new files, without what git ignores.
rm -rf "$root/opt/eofusion"
mkdir -p "$root/opt/eofusion"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
  if [ -f "$file" ]; then printf '%s\0' "$file"; fi
done | tar --null -T - -cf - | tar -xf - -C "$root/opt/eofusion"

within() {  # usage: within COMMAND, run by a shell in the working tree's copy
  chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 QT_QPA_PLATFORM=offscreen \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_DEFAULT_TIMEOUT=180 TORCH_INDEX="${TORCH_INDEX:-https://download.pytorch.org/whl/cpu}" \
    PYTHON=python3 sh -c 'cd /opt/eofusion && eval "$1" && shift && exec "$@"' sh "$@"
}
version='python3 -c "from qgis.core import Qgis; print(\"QGIS\", Qgis.QGIS_VERSION)"'

if [ -z "$zip" ]; then
  if [ $# -eq 0 ]; then set -- tests/plugin tests/qgis; fi
  within "$version" /opt/tests/bin/python -m pytest "$@"
  exit
fi

# A window of its own and the engine's threads need these two; they go again at the end.
mounted=()
leave() { for place in "${mounted[@]}"; do umount --lazy "$place"; done; }
trap leave EXIT
mount -t proc proc "$root/proc" && mounted+=("$root/proc")
mount --bind /dev "$root/dev" && mounted+=("$root/dev")
cp "$zip" "$root/opt/eofusion/"
within "$version" bash tools/setup-engine.sh /opt/engine users
within "export EOFUSION_PYTHON=/opt/engine/bin/python; unset QT_QPA_PLATFORM" bash tools/demo.sh "$(basename "$zip")"
