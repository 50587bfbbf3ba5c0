#!/usr/bin/env bash
# What QGIS' repository looks for in an upload (bandit, detect-secrets) on the files of the zip, and known faults of the
# engine's pinned libraries. usage: audit.sh FILE.zip   (pip-audit asks a database over the network; AUDIT_SERVICE=osv
# asks another than PyPI's)
set -uo pipefail
zip=$(realpath "${1:?"usage: audit.sh FILE.zip"}")
cd "$(dirname "$0")/.."

venv=build/audit-venv
[ -x $venv/bin/detect-secrets ] || {
  python3 -m venv $venv
  $venv/bin/pip install --quiet --disable-pip-version-check 'pip-audit==2.10.1' 'bandit==1.9.4' 'detect-secrets==1.5.0' || exit 1
}
rm -rf build/audit
mkdir -p build/audit
python3 -m zipfile -e "$zip" build/audit

status=0
echo "== bandit"
$venv/bin/bandit --quiet --recursive build/audit/eofusion && echo "nothing found" || status=1
echo "== detect-secrets"
# qgis-plugin-ci writes the commit's hash into metadata.txt, as the repository wants it.
found=$($venv/bin/detect-secrets scan --all-files --exclude-lines '(?i)^commitsha1' build/audit/eofusion)
echo "$found" | python3 -c '
import json, sys
results = json.load(sys.stdin)["results"]
rows = [":".join((name, str(each["line_number"]), each["type"])) for name, found in results.items() for each in found]
print("\n".join(rows) or "nothing found")
sys.exit(bool(rows))' || status=1
echo "== pip-audit"
$venv/bin/pip-audit --requirement engine/requirements.txt --no-deps --disable-pip \
  --strict --vulnerability-service "${AUDIT_SERVICE:-pypi}" || status=1
exit $status
