"""Random fields that look natural."""

from __future__ import annotations

import numpy as np


def smooth_field(rng: np.random.Generator, shape: tuple[int, int], length: float, slope: float = 2.2) -> np.ndarray:
    """A random field (H, W) with mean 0 and standard deviation 1.

    Its spectrum falls with the power ``slope`` and is flat beyond wavelengths of ``length`` pixels.
    """
    height, width = shape
    ky = np.fft.fftfreq(height)[:, None]
    kx = np.fft.rfftfreq(width)[None, :]
    spectrum = (np.hypot(ky, kx) ** 2 + 1.0 / length**2) ** (-slope / 2)
    spectrum[0, 0] = 0.0
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(shape)) * spectrum, s=shape)
    return np.asarray((field - field.mean()) / field.std(), np.float32)


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur of the last two axes, the edge repeated."""
    radius = max(1, int(np.ceil(3 * sigma)))
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps = (taps / taps.sum()).astype(np.float32)
    for axis in (-2, -1):
        pad = [(0, 0)] * image.ndim
        pad[axis] = (radius, radius)
        padded = np.pad(image, pad, mode="edge")
        size = image.shape[axis]
        image = np.sum([tap * np.take(padded, np.arange(i, i + size), axis=axis) for i, tap in enumerate(taps)], axis=0)
    return image
