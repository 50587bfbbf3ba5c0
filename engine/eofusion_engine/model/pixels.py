"""Embeddings of series without neighbourhood: tower tables, pixel data sets, probes."""

from __future__ import annotations

import numpy as np
import torch

from .encoders import s2_conditions
from .stack import FusionStack


@torch.inference_mode()
def embed_pixel_series(
    stack: FusionStack, bands: np.ndarray, days: np.ndarray, query_days: np.ndarray, batch: int = 256
) -> tuple[np.ndarray, np.ndarray]:
    """Embed Sentinel-2-like series of single pixels.

    Args:
        bands: (N, T, 10) surface reflectance in the order of ``S2_BANDS``, NaN where missing (a sensor with
            fewer bands is the same input with bands missing; pad shorter series with NaN).
        days: (N, T) proleptic ordinals (``date.toordinal()``); any number where the bands are NaN.
        query_days: (N, Q) ordinals at which embeddings are wanted.

    Returns:
        embeddings (N, Q, 64) float32 of unit norm, and (N, Q) bool: an observation was in reach.
    """
    device = next(stack.parameters()).device
    embeddings, known = [], []
    for first in range(0, len(bands), batch):
        part = slice(first, first + batch)
        when = torch.tensor(np.asarray(days[part], dtype=np.int64), device=device)
        asked = torch.tensor(np.asarray(query_days[part], dtype=np.int64), device=device)
        values = torch.tensor(np.asarray(bands[part], dtype=np.float32), device=device)
        s2 = stack.observe("S2", values, s2_conditions(when), when)
        fused = stack.fusion.embed({"S2": s2}, asked)
        embeddings.append(fused.embedding.cpu().numpy())
        known.append(fused.known.cpu().numpy())
    return np.concatenate(embeddings), np.concatenate(known)
