#!/usr/bin/env bash
# The plugin's tests on a newer QGIS (3.40): Debian trixie in a folder of its own, nothing of this system is changed.
# usage: test-qgis-trixie.sh FOLDER [pytest arguments]. Needs root and debootstrap, 2.6 GB of disk.
set -euo pipefail

root=${1:?"usage: test-qgis-trixie.sh FOLDER [pytest arguments]"}
shift
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
if [ $# -eq 0 ]; then set -- tests/plugin tests/qgis; fi
chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 QT_QPA_PLATFORM=offscreen \
  sh -c 'cd /opt/eofusion && python3 -c "from qgis.core import Qgis; print(\"QGIS\", Qgis.QGIS_VERSION)" && exec /opt/tests/bin/python -m pytest "$@"' sh "$@"
