"""A run's products as one group of layers, the map worth seeing first on top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from qgis.core import QgsLayerTreeGroup, QgsLayerTreeLayer, QgsProject, QgsRasterLayer

from ..compat import STATISTIC_MAX, STATISTIC_MEAN
from ..run_folder import Product, Run, run_folder_of
from ..texts import tr, unit_text
from .legend import label_legend
from .metadata import describe
from .relink import KIND, RUN_KEY
from .styles import apply_style
from .temporal import has_range_per_band, ranges, set_project_time, set_range, set_range_per_band

#: So that layers can be found by what they are, whatever their names are changed to (and ``KIND``, ``RUN_KEY``).
STATISTIC = "eofusion/statistic"
DATE = "eofusion/date"
#: Band of the quality product that counts views of snow.
SNOW_BAND = 3


@dataclass
class RunLayers:
    """What was added: the group, its layers from top to bottom, and files that QGIS could not open."""

    group: QgsLayerTreeGroup
    layers: list[QgsRasterLayer] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def of(self, kind: str) -> list[QgsRasterLayer]:
        """The layers of one kind."""
        return [layer for layer in self.layers if layer.customProperty(KIND) == kind]


def add_run(run: Run, project: QgsProject | None = None) -> RunLayers:
    """Add a run's layers to the project's top. In the main thread only; an earlier group of the run goes first."""
    project = project or QgsProject.instance()
    remove_run(run, project)
    group = project.layerTreeRoot().insertGroup(0, run.title)
    added = RunLayers(group)
    set_project_time(project.timeSettings(), ranges([run.period[0]], run.period[1])[0])
    builder = _Builder(run, project, added)
    builder.by_date(run.find("gpp", "p50"), tr("GPP"), shown=True, peak=True)
    builder.single(run.find("gpp_sum"), tr("GPP sum"))
    builder.files("embedding_preview", tr("Embeddings as colours"))
    builder.temperature()
    builder.files("reflectance", tr("Cloud-free reflectance"))
    builder.quality()
    builder.files("embeddings", tr("Embeddings, 64 bands"))
    if added.layers and not any(node.itemVisibilityChecked() for node in group.children()):
        group.children()[0].setItemVisibilityChecked(True)
        group.children()[0].setExpanded(True)
    return added


def remove_run(run: Run, project: QgsProject) -> None:
    """Take the run's layers and emptied groups out of the project; files stay."""
    mine = [
        layer.id()
        for layer in project.mapLayers().values()
        if isinstance(layer, QgsRasterLayer) and run_folder_of(layer.source()) == run.folder
    ]
    if not mine:
        return
    project.removeMapLayers(mine)
    for group in project.layerTreeRoot().findGroups():
        if group.name() == run.title and not group.findLayers():
            project.layerTreeRoot().removeChildNode(group)


class _Builder:
    def __init__(self, run: Run, project: QgsProject, added: RunLayers) -> None:
        self._run = run
        self._project = project
        self._added = added

    def single(self, product: Product | None, name: str) -> None:
        """One layer of one band."""
        if product is None:
            return
        layer = self._open(product, _with_unit(name, product))
        if layer is not None:
            apply_style(layer, product)
            self._place(self._added.group, layer, product, shown=False, expanded=False)

    def quality(self) -> None:
        """A group of one layer a band of what tells how far to trust. Snow is left out where nobody saw any."""
        names = {
            "quality": (tr("Clear observations"), tr("Days to the nearest clear view"), tr("Views of snow")),
            "gpp_quality": (tr("GPP: cover as at training towers"), tr("GPP: climate as at training towers")),
        }
        products = [product for kind in names if (product := self._run.find(kind)) is not None]
        if not products:
            return
        group = self._group(tr("Quality"), shown=False)
        for product in products:
            for band, words in enumerate(product.bands, start=1):
                known = names[product.kind]
                layer = self._open(product, known[band - 1] if band <= len(known) else words)
                if layer is None:
                    break
                if product.kind == "quality" and band == SNOW_BAND and _highest(layer, band) <= 0:
                    continue
                apply_style(layer, product, band)
                self._place(group, layer, product, shown=band == 1 and product.kind == "quality", expanded=False)

    def files(self, kind: str, name: str) -> None:
        """A group of one file a date."""
        products = [p for p in self._run.products if p.kind == kind and p.path.is_file()]
        products.sort(key=lambda product: product.dates)
        if not products:
            return
        group = self._group(name, shown=False)
        spans = ranges([p.dates[0] for p in products], self._run.period[1])
        for product, span in zip(products, spans):
            layer = self._open(product, f"{name} {product.dates[0]}", product.dates[0])
            if layer is not None:
                apply_style(layer, product)
                set_range(layer, span)
                self._place(group, layer, product, shown=True, expanded=False)

    def temperature(self) -> None:
        """The daily file where QGIS can play it, monthly means elsewhere."""
        daily, monthly = self._run.find("temperature", "mean"), self._run.find("temperature_monthly")
        if daily is not None and has_range_per_band():
            self.by_date(daily, tr("Generated temperature"))
        else:
            self.by_date(monthly, tr("Generated temperature"), label=lambda day: f"{day:%Y-%m}")

    def by_date(
        self,
        product: Product | None,
        name: str,
        *,
        shown: bool = False,
        peak: bool = False,
        label: Callable[[date], str] = date.isoformat,
    ) -> None:
        """A file with a band a date: one layer where QGIS can play it, else a layer a date in a group.

        With ``peak`` the date with the highest mean is shown first (on top).
        """
        if product is None:
            return
        spans = ranges(product.dates, self._run.period[1])
        layer = self._open(product, _with_unit(name, product), product.dates[0])
        if layer is None:
            return
        first = _peak_band(layer) if peak else 1
        if has_range_per_band():
            apply_style(layer, product, first)
            set_range_per_band(layer, spans)
            self._place(self._added.group, layer, product, shown=shown, expanded=shown)
            return
        group = self._group(_with_unit(name, product), shown=shown, expanded=shown)
        order = [first, *(band for band in range(1, len(spans) + 1) if band != first)]
        for band in order:
            day = product.dates[band - 1]
            dated = self._open(product, f"{name} {label(day)}", day)
            if dated is not None:
                apply_style(dated, product, band)
                set_range(dated, spans[band - 1])
                self._place(group, dated, product, shown=True, expanded=shown and band == first)

    def _open(self, product: Product, name: str, day: date | None = None) -> QgsRasterLayer | None:
        layer = QgsRasterLayer(str(product.path), name, "gdal")
        if not layer.isValid():
            self._added.broken.append(product.path.name)
            return None
        layer.setCustomProperty(KIND, product.kind)
        layer.setCustomProperty(RUN_KEY, str(self._run.info.get("key", "")))
        layer.setCustomProperty(STATISTIC, product.statistic or "")
        layer.setCustomProperty(DATE, day.isoformat() if day else "")
        describe(layer, product, self._run)
        return layer

    def _group(self, name: str, *, shown: bool, expanded: bool = False) -> QgsLayerTreeGroup:
        group = self._added.group.addGroup(name)
        group.setItemVisibilityChecked(shown)
        group.setExpanded(expanded)
        return group

    def _place(
        self, group: QgsLayerTreeGroup, layer: QgsRasterLayer, product: Product, *, shown: bool, expanded: bool
    ) -> None:
        self._project.addMapLayer(layer, False)
        # The tree reads the words beside the colours when the node comes: they must be there before.
        node = QgsLayerTreeLayer(layer)
        label_legend(node, product)
        node.setItemVisibilityChecked(shown)
        node.setExpanded(expanded)
        group.addChildNode(node)
        self._added.layers.append(layer)


def _with_unit(name: str, product: Product) -> str:
    unit = unit_text(product.unit)
    return f"{name} ({unit})" if unit else name


def _peak_band(layer: QgsRasterLayer) -> int:
    """The band with the highest mean, told from the file's own statistics."""
    provider = layer.dataProvider()
    means = [
        provider.bandStatistics(band, STATISTIC_MEAN, layer.extent(), 10000).mean
        for band in range(1, provider.bandCount() + 1)
    ]
    return means.index(max(means)) + 1


def _highest(layer: QgsRasterLayer, band: int) -> float:
    return layer.dataProvider().bandStatistics(band, STATISTIC_MAX, layer.extent(), 10000).maximumValue
