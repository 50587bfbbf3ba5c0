#!/usr/bin/env bash
# The plugin's zip, made from the last commit and checked. The repository's root is the plugin folder: its index is
# staged under eofusion/, because qgis-plugin-ci wants the plugin in a folder of its own. usage: package.sh VERSION
set -euo pipefail

version=$1
here=$(pwd)
rm -rf build/stage
mkdir -p build dist
[ -x build/package-venv/bin/qgis-plugin-ci ] || {
  python3 -m venv build/package-venv
  build/package-venv/bin/pip install --quiet --disable-pip-version-check 'qgis-plugin-ci==2.10.0'
}
git clone --quiet --no-checkout . build/stage
cd build/stage
git read-tree --empty
git read-tree --prefix=eofusion/ -u HEAD
cp eofusion/.qgis-plugin-ci eofusion/CHANGELOG.md .
"$here/build/package-venv/bin/qgis-plugin-ci" package "$version"
mv ./*.zip "$here/dist/"
python3 "$here/tools/package_checks.py" "$here/dist/eofusion.$version.zip"
