"""The plugin's texts for translators: collect them from the source into .ts files, and compile those to .qm.

usage: translations.py update   new and changed texts into resources/i18n/*.ts (what is translated stays)
       translations.py compile  .ts to .qm with Qt's lrelease (Debian: qttools5-dev-tools)
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "eofusion_plugin"
FOLDER = ROOT / "resources" / "i18n"
#: What services say of themselves: read by the plugin, shown through ``tr``.
PRESETS = ROOT / "engine" / "eofusion_engine" / "sources" / "stac" / "presets"
LANGUAGES = ("de",)
CONTEXT = "EOFusion"
#: Calls whose first texts people read: ``tr`` itself, and what is passed through ``tr`` where it is shown.
READ = {"tr": 1, "PluginError": 2, "Failure": 3, "Step": 1}


def texts_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, text) of every text for people in a module; names of constants are followed within it."""
    constants = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in READ:
            continue
        for argument in node.args[: READ[node.func.id]]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                # A single word that is no text of tr is a code or a name.
                if argument.value and (node.func.id == "tr" or " " in argument.value.strip()):
                    yield node.lineno, argument.value
            elif isinstance(argument, ast.Name) and argument.id in constants:
                yield node.lineno, constants[argument.id]


def source_texts() -> dict[str, list[str]]:
    """Every text of the plugin, with the places that it is used at, in the order of the files."""
    found: dict[str, list[str]] = {}
    for path in sorted(SOURCES.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for line, text in texts_of(tree):
            found.setdefault(text, []).append(f"{path.relative_to(ROOT).as_posix()}:{line}")
    for path in sorted(PRESETS.glob("*.json")):
        service = json.loads(path.read_text(encoding="utf-8"))
        for text in (service.get("about"), service.get("credentials", {}).get("about")):
            if text:
                found.setdefault(text, []).append(f"{path.relative_to(ROOT).as_posix()}:1")
    return found


def read_ts(path: Path) -> dict[str, str]:
    """Source text to its finished translation."""
    if not path.is_file():
        return {}
    found = {}
    for message in ET.parse(path).getroot().iter("message"):
        translation = message.find("translation")
        if translation is not None and translation.text and translation.get("type") is None:
            found[message.findtext("source") or ""] = translation.text
    return found


def write_ts(path: Path, language: str, translated: dict[str, str]) -> int:
    """Write all texts with what is translated; returns how many are not."""
    root = ET.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name").text = CONTEXT
    missing = 0
    for text, places in source_texts().items():
        message = ET.SubElement(context, "message")
        # Files without lines: a moved line is no change for translators.
        ET.SubElement(message, "extracomment").text = ", ".join(sorted({place.rpartition(":")[0] for place in places}))
        ET.SubElement(message, "source").text = text
        translation = ET.SubElement(message, "translation")
        if text in translated:
            translation.text = translated[text]
        else:
            translation.set("type", "unfinished")
            missing += 1
    ET.indent(root)
    head = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + ET.tostring(root, encoding="unicode") + "\n", encoding="utf-8")
    return missing


def update() -> int:
    """New texts into each language's file."""
    for language in LANGUAGES:
        path = FOLDER / f"eofusion_{language}.ts"
        missing = write_ts(path, language, read_ts(path))
        print(f"{path.relative_to(ROOT)}: {missing} of {len(source_texts())} texts are not translated")
    return 0


def compile_all() -> int:
    """.ts to .qm."""
    tool = shutil.which("lrelease") or shutil.which("lrelease-qt5")
    if tool is None:
        print("lrelease is missing: apt-get install qttools5-dev-tools, then run this again.", file=sys.stderr)
        return 1
    for language in LANGUAGES:
        path = FOLDER / f"eofusion_{language}.ts"
        subprocess.run([tool, "-silent", str(path), "-qm", str(path.with_suffix(".qm"))], check=True)
    return 0


if __name__ == "__main__":
    commands = {"update": update, "compile": compile_all}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(commands[sys.argv[1]]())
