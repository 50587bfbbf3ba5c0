"""What the arguments of tools have in common, and one sentence for those that are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ..errors import RequestError


def read_json_file(value: Any) -> Any:
    """The object of a JSON file where ``value`` is its path, else ``value`` (``ValueError`` with a sentence)."""
    if not isinstance(value, (str, Path)):
        return value
    path = Path(value).expanduser()
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise ValueError(f"there is no file {path} that can be read") from None
    except ValueError:
        raise ValueError(f"{path.name} is not a GeoJSON file") from None


#: A GeoJSON geometry, Feature or FeatureCollection in EPSG:4326, or the path of such a file.
GeoJson = Annotated[dict[str, Any], BeforeValidator(read_json_file)]


Model = TypeVar("Model", bound=BaseModel)


class ToolArguments(BaseModel):
    """``out``: the folder of the answer, new or empty; without it ``RUN/explore/TOOL-N``."""

    model_config = ConfigDict(extra="forbid")

    out: Path | None = None


class RunArguments(ToolArguments):
    """``run``: the folder of a finished run."""

    run: Path


class RunsArguments(ToolArguments):
    """``runs``: folders of finished runs; the answer lies with the first, unless ``out`` says where."""

    runs: list[Path] = Field(min_length=1)


def check(model: type[Model], arguments: dict[str, Any], tool: str) -> Model:
    """``arguments`` as the tool's model. Raises :class:`RequestError` that names the field."""
    try:
        return model.model_validate(arguments)
    except ValidationError as error:
        raise RequestError(f"{tool}: {_sentence(error)}", "Mend the named field.") from None


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    field = next((str(part) for part in first["loc"] if isinstance(part, str)), "")
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = "there is no such field"
    elif first["type"] == "missing":
        message = "it is missing"
    message = message[0].lower() + message[1:]
    return f"{field}: {message}." if field else f"{message}."
