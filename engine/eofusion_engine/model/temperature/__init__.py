"""Temperature: climatology of place and season, tokens, the correlation model and generation from imagery."""

from .climatology import Climatology, Normal
from .condition import Condition, group_conditions
from .fsq_tokens import FsqTokenizer, load_tokenizers
from .generate import Series, TemperatureGenerator
from .image_tokens import ImageTokenizer
from .sequence import image_epochs
from .tokens import FixedRangeTokenizer, QuantileTokenizer, SeriesTokenizer, UniformTokenizer

__all__ = [
    "Climatology",
    "Condition",
    "FixedRangeTokenizer",
    "FsqTokenizer",
    "ImageTokenizer",
    "Normal",
    "QuantileTokenizer",
    "Series",
    "SeriesTokenizer",
    "TemperatureGenerator",
    "UniformTokenizer",
    "group_conditions",
    "image_epochs",
    "load_tokenizers",
]
