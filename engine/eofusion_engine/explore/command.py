"""``eofusion explore TOOL ...``: every argument of a tool as an option of the same name."""

from __future__ import annotations

import argparse
import json
import types
import typing
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ..errors import RequestError
from ..events import Listener
from .registry import TOOLS, explore, find


def add_parser(subparsers: Any) -> None:
    """Add the command to an ``argparse`` subparsers object."""
    listing = "\n".join(f"  {tool.name:15s} {tool.summary}" for tool in TOOLS.values())
    command: argparse.ArgumentParser = subparsers.add_parser(
        "explore",
        help="ask finished runs: similar places, clusters, classes, change, counterfactuals and more",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Ask finished runs. The tools:\n" + listing,
        epilog="eofusion explore TOOL --help lists a tool's options.",
    )
    command.add_argument("tool", metavar="TOOL")
    command.add_argument("options", nargs=argparse.REMAINDER, metavar="--run RUN ...")
    command.set_defaults(run_command=run)


def run(args: argparse.Namespace) -> None:
    """Answer, and print where the answer lies (``--json``: explore.json itself)."""
    from ..cli import Terminal

    tool = find(args.tool)
    options = tool_parser(tool.name, tool.arguments()).parse_args(args.options)
    listener = Terminal()
    try:
        found = answer(tool.name, tool.arguments(), options, listener)
    finally:
        listener.close()
    print(json.dumps(found, indent=1) if options.json else as_text(found))


def answer(name: str, model: type[BaseModel], options: argparse.Namespace, listener: Listener) -> dict[str, Any]:
    """The tool's answer to parsed options."""
    given = {field: _value(field, value) for field, value in vars(options).items() if value is not None}
    given.pop("json")
    return explore(name, given, listener)


def tool_parser(name: str, model: type[BaseModel]) -> argparse.ArgumentParser:
    """The options of a tool, from the model of its arguments; values are checked by the model."""
    parser = argparse.ArgumentParser(
        prog=f"eofusion explore {name}",
        description=model.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=None,
    )
    for field, info in model.model_fields.items():
        option = "--run" if field == "runs" else "--" + field.replace("_", "-")
        inner = _without_none(info.annotation)
        if inner is bool:
            parser.add_argument(option, dest=field, action=argparse.BooleanOptionalAction)
        elif field == "runs":
            parser.add_argument(option, dest=field, action="append", metavar="RUN")
        else:
            listed = typing.get_origin(inner) in (list, tuple)
            shown = field.upper() + (",..." if listed else "")
            parser.add_argument(option, dest=field, metavar=shown, type=_split if listed else str)
    parser.add_argument("--json", action="store_true", help="print the content of explore.json")
    return parser


def as_text(found: dict[str, Any]) -> str:
    """An answer for a reader."""
    lines = [found["title"]]
    for score in found["scores"]:
        spread = "" if score["low"] is None else f" ({score['low']} to {score['high']})"
        lines.append(f"  {score['name']}: {score['value']}{spread} {score['unit'] or ''}".rstrip())
    lines += [f"  {entry['title']}: {entry['path']}" for key in ("layers", "vectors", "tables") for entry in found[key]]
    lines += [f"  {note}" for note in found["notes"]]
    return "\n".join([*lines, found["folder"]])


def _without_none(annotation: Any) -> Any:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        inner = [part for part in typing.get_args(annotation) if part is not type(None)]
        return inner[0] if len(inner) == 1 else annotation
    return annotation


def _split(text: str) -> Any:
    """A list on the command line: JSON, or words between commas."""
    if text.lstrip().startswith("["):
        return text
    return [part.strip() for part in text.split(",") if part.strip()]


def _value(field: str, value: Any) -> Any:
    """Objects and lists may be written as JSON."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            raise RequestError(
                f"--{field.replace('_', '-')} is not JSON.", "Give JSON, or the path of a file."
            ) from None
    return str(Path(value)) if isinstance(value, Path) else value
