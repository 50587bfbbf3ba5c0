"""Temperature: climatology of place and season, tokens, the correlation model and generation from imagery."""

from .climatology import Climatology, Normal
from .generate import Series, TemperatureGenerator, group_conditions, image_epochs
from .image_tokens import ImageTokenizer
from .tokens import UniformTokenizer

__all__ = [
    "Climatology",
    "ImageTokenizer",
    "Normal",
    "Series",
    "TemperatureGenerator",
    "UniformTokenizer",
    "group_conditions",
    "image_epochs",
]
