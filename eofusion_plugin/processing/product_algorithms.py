"""One algorithm per product: the run, asked for one thing, with that thing's rasters as outputs."""

from __future__ import annotations

from ..texts import tr
from .request_algorithm import source_help
from .run_algorithm import RasterOutput, RunAlgorithm, gpp_outputs, quality_output, temperature_outputs


class GppAlgorithm(RunAlgorithm):
    """``eofusion:gpp``."""

    PRODUCTS_MADE = ("gpp",)

    def name(self) -> str:
        """Its part of the id."""
        return "gpp"

    def displayName(self) -> str:
        """Its name in the toolbox."""
        return tr("GPP maps")

    def shortHelpString(self) -> str:
        """The help beside the parameters."""
        text = tr(
            "Gross primary production (g C m-2 d-1) at each date, median with 10th and 90th percentile, and the "
            "period's sum (g C m-2) with its interval.\n"
            "Weather: a CSV with the columns date, tair_degC, ssrd_w_m2, or ERA5, ERA5-Land or AgERA5 netCDF; without "
            "it a climatology of radiation and the generated temperature are taken, and the output says so."
        )
        return f"{text}\n\n{source_help()}"

    def rasters(self) -> tuple[RasterOutput, ...]:
        """Stacks, sum, quality."""
        return (*gpp_outputs(), quality_output())


class TemperatureAlgorithm(RunAlgorithm):
    """``eofusion:temperature``."""

    PRODUCTS_MADE = ("temperature",)

    def name(self) -> str:
        """Its part of the id."""
        return "temperature"

    def displayName(self) -> str:
        """Its name in the toolbox."""
        return tr("Generated daily temperature")

    def shortHelpString(self) -> str:
        """The help beside the parameters."""
        text = tr(
            "Daily mean air temperature (degC), mean with 10th and 90th percentile, and monthly means. It is generated "
            "from place, season and imagery: not measured, and not the weather of single days."
        )
        return f"{text}\n\n{source_help()}"

    def rasters(self) -> tuple[RasterOutput, ...]:
        """Stacks, months, quality."""
        return (*temperature_outputs(), quality_output())


class EmbeddingsAlgorithm(RunAlgorithm):
    """``eofusion:embeddings``."""

    PRODUCTS_MADE = ("embeddings",)

    def name(self) -> str:
        """Its part of the id."""
        return "embeddings"

    def displayName(self) -> str:
        """Its name in the toolbox."""
        return tr("Embeddings")

    def shortHelpString(self) -> str:
        """The help beside the parameters."""
        text = tr(
            "64 numbers a pixel and date that say what Sentinel-1 and Sentinel-2 saw there and how it developed: one "
            "raster a date, and a preview in three colours. For similarity, clusters, classification and regression."
        )
        return f"{text}\n\n{source_help()}"

    def rasters(self) -> tuple[RasterOutput, ...]:
        """A raster a date, previews, quality."""
        return (
            RasterOutput("EMBEDDINGS", tr("Embeddings, one a date"), "embeddings", every=True),
            RasterOutput("PREVIEWS", tr("Previews, one a date"), "embedding_preview", every=True),
            quality_output(),
        )


class ReflectanceAlgorithm(RunAlgorithm):
    """``eofusion:reflectance``."""

    PRODUCTS_MADE = ("reflectance",)

    def name(self) -> str:
        """Its part of the id."""
        return "reflectance"

    def displayName(self) -> str:
        """Its name in the toolbox."""
        return tr("Cloud-free reflectance")

    def shortHelpString(self) -> str:
        """The help beside the parameters."""
        text = tr(
            "Surface reflectance of ten Sentinel-2 bands at each date with clouds filled in, and its uncertainty: one "
            "raster a date."
        )
        return f"{text}\n\n{source_help()}"

    def rasters(self) -> tuple[RasterOutput, ...]:
        """A raster a date, quality."""
        return (RasterOutput("REFLECTANCE", tr("Reflectance, one a date"), "reflectance", every=True), quality_output())
