"""``python -m eofusion_engine.training STAGE``: every weights file has its command (docs/training.md)."""

from __future__ import annotations

import argparse
import importlib
import sys

STAGES = {
    "canopy": ("canopy", "wavelengths and weights that stand for Sentinel-2's bands in the canopy model"),
    "shards": ("shards", "simulated pixel-years with their truth, to pretrain on"),
    "prepare": ("prepare", "read the raw imagery into a cache"),
    "encoder": ("encoders", "stage 1: one sensor's encoder"),
    "fusion": ("fusion", "stage 2: the fusion over frozen encoders"),
    "intervals": ("fusion_folds", "how wide the fusion's intervals must be, from its folds"),
    "gap-tree": ("gap_tree", "the tree that reconstruction is compared with"),
    "temperature": ("temperature", "climatology, tokens and the correlation model"),
    "temperature-tree": ("temperature_tree", "the tree that monthly temperature is compared with"),
    "tokenizers": ("tokenizers", "quantile bins and residual FSQ of daily temperature"),
    "gpp": ("gpp", "the light-use-efficiency head and the radiation climatology"),
    "tasks": ("tasks", "probes, baselines and task-specific networks of the evaluation"),
}


def main() -> None:
    """Run one stage; only its own module, and so only the libraries it needs, is imported."""
    listed = "\n".join(f"  {name:16s} {text}" for name, (_, text) in STAGES.items())
    parser = argparse.ArgumentParser(
        prog="python -m eofusion_engine.training",
        description=f"{__doc__}\n\nstages:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stage", choices=STAGES)
    chosen = parser.parse_args(sys.argv[1:2]).stage
    module, text = STAGES[chosen]
    stage = importlib.import_module(f".{module}", __package__)
    options = argparse.ArgumentParser(prog=f"{parser.prog} {chosen}", description=text)
    stage.add_arguments(options)
    stage.run(options.parse_args(sys.argv[2:]))


if __name__ == "__main__":
    main()
