"""Where the files that ship beside the code are: weights and the model card."""

from __future__ import annotations

from pathlib import Path

from .errors import WeightsError

_HERE = Path(__file__).resolve().parent


def weights_folder() -> Path:
    """The folder of the shipped weights: beside the engine in a checkout and in the plugin, in the
    package itself when it was installed as a wheel."""
    for folder in (_HERE.parents[1] / "resources" / "weights", _HERE / "_weights"):
        if folder.is_dir():
            return folder
    raise WeightsError(
        "The model's weights are not where they belong (resources/weights).",
        "Install EO Fusion again, or name their folder with --weights.",
    )
