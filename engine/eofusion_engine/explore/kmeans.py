"""k-means on a sample of pixels: mini-batches (Sculley 2010), and a number of clusters that the data suggest."""

from __future__ import annotations

import numpy as np

from .errors import TooFewSamples

#: Numbers of clusters that are tried where the user names none, and the sample that judges them.
SUGGESTED = tuple(range(3, 13))
_JUDGED = 2000


def fit_centres(vectors: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
    """Centres (count, F) of vectors (N, F). Raises ``TooFewSamples`` where fewer different pixels were seen."""
    from sklearn.cluster import MiniBatchKMeans

    if len(np.unique(vectors[: 50 * count], axis=0)) < count and len(np.unique(vectors, axis=0)) < count:
        raise TooFewSamples(f"Fewer than {count} different pixels were seen.", "Ask for fewer clusters.")
    model = MiniBatchKMeans(count, n_init=5, batch_size=2048, random_state=seed, max_no_improvement=20)
    return np.asarray(model.fit(vectors).cluster_centers_, np.float32)


def suggest(vectors: np.ndarray, seed: int = 0) -> tuple[int, dict[int, float]]:
    """The number of clusters with the best mean silhouette (Rousseeuw 1987), and the silhouette of each tried."""
    from sklearn.metrics import silhouette_score

    chosen = np.random.default_rng(seed).permutation(len(vectors))[:_JUDGED]
    judged, scores = vectors[chosen], {}
    for count in SUGGESTED:
        if count * 10 > len(vectors):
            break
        label = nearest(judged, fit_centres(vectors, count, seed))
        if 1 < len(np.unique(label)) < len(judged):
            scores[count] = float(silhouette_score(judged, label))
    if not scores:
        raise TooFewSamples("Too few pixels were seen to suggest a number of clusters.", "Name one.")
    return max(scores, key=lambda count: scores[count]), scores


def nearest(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Number (N,) of the centre nearest to each vector (N, F)."""
    return (vectors @ centres.T - np.square(centres).sum(axis=1) / 2).argmax(axis=1)
