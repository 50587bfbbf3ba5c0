#!/usr/bin/env bash
# What QGIS' repository looks for in an upload (bandit, detect-secrets) on the files of the zip, and known faults of the
# engine's locked libraries. usage: audit.sh FILE.zip
# pip-audit asks a database over the network: PyPI's, or with AUDIT_SERVICE=osv another. Where that cannot be reached the
# audit fails and says so; with OFFLINE=1 this part alone is left out.
set -uo pipefail
zip=$(realpath "${1:?"usage: audit.sh FILE.zip"}")
cd "$(dirname "$0")/.."

venv=build/audit-venv
[ -x $venv/bin/check-jsonschema ] || {
  python3 -m venv $venv
  $venv/bin/pip install --quiet --disable-pip-version-check 'pip-audit==2.10.1' 'bandit==1.9.4' 'detect-secrets==1.5.0' \
    'check-jsonschema==0.39.0' || exit 1
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
echo "== workflows"
$venv/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml || status=1
echo "== pip-audit"
if [ -n "${OFFLINE:-}" ]; then
  echo "left out (OFFLINE is set): nobody has looked for known faults of the locked libraries"
else
  said=$($venv/bin/pip-audit --requirement engine/requirements.lock --requirement engine/requirements-torch.lock \
    --requirement engine/requirements-cuda.lock --disable-pip --strict --progress-spinner off \
    --vulnerability-service "${AUDIT_SERVICE:-pypi}" 2>&1) || status=1
  if grep -qE "not found on PyPI|ConnectionError|ConnectTimeout|ServiceError|NameResolutionError|Max retries|ReadTimeout" <<<"$said"; then
    echo "The database of known faults cannot be reached: this check was NOT made. Run it where there is a network, or"
    echo "leave it out with OFFLINE=1. The last words were: $(tail -n 1 <<<"$said" | cut -c1-200)"
    status=1
  else
    echo "$said"
  fi
fi
exit $status
