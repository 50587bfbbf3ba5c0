"""Stage 2: fusion over frozen sensor encoders, at any asked date, and the decoders.

Per pixel one query (that date's own view or, where it was cloudy or there was no overpass, a learned one) attends to
the observations of each sensor within reach, twice: the second time it knows what the first one found, so that a view
unlike the others, a missed cloud for example, can be left out (robust regression by attention). The weights mix the
observations' features and their bands as they were measured. The features become a dated embedding of unit norm with
nested prefixes (Matryoshka, arXiv 2205.13147); the mixed bands, with those of the nearest dates before and after, are
candidates that the decoder chooses from and corrects, so that it can copy what was seen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .encoders import season
from .reader import Candidates, Observations, Reading, SensorReader

PREFIXES = (8, 16, 32, 64)


@dataclass(frozen=True)
class FusionConfig:
    """Sizes of the fusion, by sensor name where they differ.

    ``widths``: of the sensor's encoder. ``bands``: its bands. ``window_days``: how far it is looked for.
    ``nearest``: how many of the nearest dates on each side of the asked one are read one by one (0 or more);
    ``main``: the sensor whose own view at the asked date is the query. ``widening``: a factor on the intervals'
    width, found on places left out of training; 1 where not given.
    """

    widths: dict[str, int]
    bands: dict[str, int]
    window_days: dict[str, int]
    nearest: dict[str, int]
    main: str = "S2"
    width: int = 64
    heads: int = 4
    embedding: int = 64
    widening: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Plain values for the weights file's header."""
        return asdict(self)


@dataclass
class Fused:
    """What is known of P pixels at Q dates.

    ``embedding`` (P, Q, D) of unit norm; ``known`` (P, Q): whether any observation was in reach; ``readings``: what
    was read of each sensor, which the decoders copy from.
    """

    embedding: Tensor
    known: Tensor
    readings: dict[str, Reading]


class Readout(nn.Module):
    """A prefix of the embedding alone, to a sensor's bands at a near date: what the embedding itself knows.

    The date's own bands are a linear map of it, so that linear models of users find there what they find in the bands.
    """

    def __init__(self, embedding: int, bands: int) -> None:
        super().__init__()
        self.now = nn.Linear(embedding, bands)
        self.net = nn.Sequential(nn.Linear(embedding + 3, 96), nn.GELU(), nn.Linear(96, 96), nn.GELU())
        self.bands = nn.Linear(96, bands)

    def forward(self, embedding: Tensor, when: Tensor, ahead: Tensor) -> Tensor:
        """(..., D), season (..., 2) of the wanted date and its distance in days (...,) to bands (..., B)."""
        scaled = embedding * embedding.shape[-1] ** 0.5
        change = self.bands(self.net(torch.cat((scaled, when, ahead[..., None] / 60), dim=-1)))
        return self.now(scaled) + torch.tanh(ahead.abs() / 10)[..., None] * change


class SeriesReadout(nn.Module):
    """A prefix of the embedding alone, to the mean and the spread of each sensor's bands over the pixel's year: what
    stays of a place while its dates differ. Linear, for the same reason."""

    def __init__(self, config: FusionConfig) -> None:
        super().__init__()
        self.names = sorted(config.bands)
        self.sizes = [2 * config.bands[name] for name in self.names]
        self.net = nn.Linear(config.embedding, sum(self.sizes))

    def forward(self, embedding: Tensor) -> dict[str, Tensor]:
        """(..., D) to the normalised mean and spread (..., 2, B) by sensor."""
        parts = self.net(embedding * embedding.shape[-1] ** 0.5).split(self.sizes, dim=-1)
        return {name: part.unflatten(-1, (2, -1)) for name, part in zip(self.names, parts, strict=True)}


class Decoder(nn.Module):
    """Bands with a Laplace scale each: a convex mix of the candidates, band by band, and a correction."""

    def __init__(self, config: FusionConfig, sensor: str) -> None:
        super().__init__()
        reader = SensorReader.shape(config, sensor)
        self.count, self.bands = reader.candidates, config.bands[sensor]
        inputs = config.embedding + 2 + self.count * (self.bands + 1) + reader.notes
        self.net = nn.Sequential(nn.Linear(inputs, 128), nn.GELU(), nn.Linear(128, 128), nn.GELU())
        self.choice = nn.Linear(128, self.count * self.bands)
        self.correction = nn.Linear(128, self.bands)
        self.log_scale = nn.Linear(128, self.bands)
        nn.init.zeros_(self.correction.weight)
        nn.init.zeros_(self.correction.bias)
        with torch.no_grad():
            # Training starts at the first candidate: interpolation in time.
            self.choice.weight.mul_(0.1)
            self.choice.bias.copy_((torch.arange(self.count) == 0).repeat_interleave(self.bands) * 2.0)

    def forward(self, embedding: Tensor, when: Tensor, reading: Reading) -> tuple[Tensor, Tensor]:
        """(P, Q, D), season and what was read of the sensor, to median and log Laplace scale (P, Q, B)."""
        values, present = reading.candidates.values, reading.candidates.present
        spread = ((values - values[..., :1, :]) * present).abs().mean(-1)
        scaled = embedding * embedding.shape[-1] ** 0.5
        inputs = (scaled, when, values.clamp(-8, 8).flatten(-2), spread, reading.notes)
        hidden = self.net(torch.cat(inputs, dim=-1))
        logits = self.choice(hidden).unflatten(-1, (self.count, self.bands))
        # With no candidate at all, all are zero: the band's mean.
        logits = torch.add(logits, present.to(logits.dtype) - 1, alpha=1e4)
        weight = torch.exp(logits - logits.amax(-2, keepdim=True))  # softmax, quicker on this axis by hand
        value = (weight * values).sum(-2) / weight.sum(-2) + self.correction(hidden)
        return value, self.log_scale(hidden).clamp(-6, 3)


class FusionModel(nn.Module):
    """Dated embeddings from encoded observations of any subset of the sensors."""

    def __init__(self, config: FusionConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.names = sorted(config.widths)
        self.query = nn.Linear(config.widths[config.main], width)
        self.no_view = nn.Parameter(torch.zeros(width))
        self.query_norm = nn.LayerNorm(width)
        self.sensors = nn.ModuleDict({name: SensorReader(config, name) for name in self.names})
        read = sum(width + SensorReader.shape(config, name).width for name in self.names)
        self.mix = nn.Sequential(
            nn.Linear(width + read, 192), nn.GELU(), nn.Linear(192, 128), nn.GELU(), nn.Linear(128, config.embedding)
        )
        self.decoders = nn.ModuleDict({name: Decoder(config, name) for name in self.names})
        self.readouts = nn.ModuleDict({name: Readout(config.embedding, config.bands[name]) for name in self.names})
        self.series = SeriesReadout(config)

    def embed(
        self, sensors: Mapping[str, Observations], days: Tensor, blind: Mapping[str, Tensor] | None = None
    ) -> Fused:
        """Embeddings of P pixels at Q dates, and what the decoders need.

        Args:
            sensors: observations by sensor name; a sensor that is left out was not there.
            days: (Q,) or (P, Q) proleptic ordinals of the asked dates.
            blind: by sensor name, (Q, 2) or (P, Q, 2): from how many to how many days after the asked date (both
                included, negative is before it) the sensor's observations must not be used; none where the
                first is greater than the second.
        """
        blind = blind or {}
        pixels = next(iter(sensors.values())).features.shape[0]
        asked = {
            name: self.reader(name).reach(observed, days, blind.get(name))
            for name, observed in sensors.items()
            if observed.features.shape[1]
        }
        content = self.no_view.expand(pixels, days.shape[-1], -1)
        if self.config.main in asked:
            own = asked[self.config.main].at(0)
            features = self.query(sensors[self.config.main].features)
            count = own.sum(-1, keepdim=True)
            content = (own / count.clamp_min(1)) @ features + content * (count == 0)
        # The season is left to the decoders: an embedding that is told the date would tell little else.
        query = self.query_norm(content)
        parts, readings = [query], dict[str, Reading]()
        known = torch.zeros(query.shape[:-1], dtype=torch.bool, device=days.device)
        for name in self.names:
            reader = self.reader(name)
            if name in asked:
                known = known | asked[name].usable.any(-1)
                reading = reader(query, sensors[name], asked[name])
            else:
                reading = reader.nothing_there(query)
            readings[name] = reading
            parts += [reading.features, reading.candidates.values.clamp(-8, 8).flatten(-2), reading.notes]
        return Fused(F.normalize(self.mix(torch.cat(parts, dim=-1)).float(), dim=-1), known, readings)

    def decode(self, sensor: str, fused: Fused, days: Tensor) -> tuple[Tensor, Tensor]:
        """Normalised bands and log Laplace scale of one sensor at the asked dates (P, Q, B)."""
        when = season(days).expand(*fused.embedding.shape[:-1], 2)
        value, log_scale = self.decoders[sensor](fused.embedding, when, fused.readings[sensor])
        return value, log_scale + math.log(self.config.widening.get(sensor, 1.0))

    def read_out(self, sensor: str, embedding: Tensor, days: Tensor, asked: Tensor) -> Tensor:
        """Normalised bands (..., B) at ``days``, from embeddings (..., D) of the dates ``asked`` alone; both (...,) or
        without leading axes."""
        days, asked = days.expand(embedding.shape[:-1]), asked.expand(embedding.shape[:-1])
        return self.readouts[sensor](embedding, season(days), (days - asked).to(embedding.dtype))

    def reader(self, name: str) -> SensorReader:
        """The part that reads a sensor's observations."""
        module = self.sensors[name]
        assert isinstance(module, SensorReader)  # nosec B101 - for the type checker
        return module


__all__ = ["PREFIXES", "Candidates", "Fused", "FusionConfig", "FusionModel", "Observations", "Reading"]
