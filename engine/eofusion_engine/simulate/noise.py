"""Random fields and series that look natural."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def smooth_field(rng: np.random.Generator, shape: tuple[int, int], length: float, slope: float = 2.2) -> Array:
    """A random field (H, W) with mean 0 and standard deviation 1.

    Its spectrum falls with the power ``slope`` and is flat beyond wavelengths of ``length`` pixels.
    """
    height, width = shape
    # An even size of small factors: the transform of a prime length is slow.
    rows, cols = _round_up(height), _round_up(width)
    ky = np.fft.fftfreq(rows)[:, None]
    kx = np.fft.rfftfreq(cols)[None, :]
    spectrum = (np.hypot(ky, kx) ** 2 + 1.0 / length**2) ** (-slope / 2)
    spectrum[0, 0] = 0.0
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((rows, cols))) * spectrum, s=(rows, cols))[:height, :width]
    return np.asarray((field - field.mean()) / field.std(), np.float32)


def blur(values: Array, sigma: float) -> Array:
    """``values`` (..., H, W) blurred by a Gaussian of ``sigma`` pixels; edges are mirrored."""
    if sigma <= 0:
        return values
    reach = max(1, int(np.ceil(2.5 * sigma)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    for axis in (-2, -1):
        pad = [(0, 0)] * values.ndim
        pad[axis] = (reach, reach)
        wide = np.pad(values, pad, mode="symmetric")
        size = values.shape[axis]
        out = np.zeros_like(values)
        for offset, weight in enumerate(kernel.astype(values.dtype)):
            cut = [slice(None)] * values.ndim
            cut[axis] = slice(offset, offset + size)
            out += weight * wide[tuple(cut)]
        values = out
    return values


def block_mean(values: Array, factor: int) -> Array:
    """``values`` (..., H, W) averaged over blocks of ``factor`` x ``factor``."""
    *lead, height, width = values.shape
    shape = (*lead, height // factor, factor, width // factor, factor)
    return np.asarray(values.reshape(shape).mean(axis=(-3, -1)), values.dtype)


def ar1(rng: np.random.Generator, count: int, memory: float) -> Array:
    """An autoregressive series (count,) of order one with standard deviation 1 and lag-1 correlation ``memory``."""
    shocks = rng.standard_normal(count + 1)
    out = np.empty(count)
    value, fresh = shocks[0], np.sqrt(1 - memory**2)
    for i in range(count):
        value = memory * value + fresh * shocks[i + 1]
        out[i] = value
    return out


def _round_up(size: int) -> int:
    step = 8 if size <= 256 else 32
    return -(-size // step) * step
