<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis minScale="1e+08" version="3.22.16-Białowieża" styleCategories="Symbology|Rendering" hasScaleBasedVisibilityFlag="0" maxScale="0">
  <pipe-data-defined-properties>
    <Option type="Map">
      <Option type="QString" name="name" value=""/>
      <Option name="properties"/>
      <Option type="QString" name="type" value="collection"/>
    </Option>
  </pipe-data-defined-properties>
  <pipe>
    <provider>
      <resampling zoomedInResamplingMethod="nearestNeighbour" zoomedOutResamplingMethod="nearestNeighbour" enabled="false" maxOversampling="2"/>
    </provider>
    <rasterrenderer type="singlebandpseudocolor" band="1" classificationMin="0" classificationMax="100" alphaBand="-1" opacity="1" nodataColor="">
      <minMaxOrigin>
        <limits>None</limits>
        <extent>WholeRaster</extent>
        <statAccuracy>Estimated</statAccuracy>
        <cumulativeCutLower>0.02</cumulativeCutLower>
        <cumulativeCutUpper>0.98</cumulativeCutUpper>
        <stdDevFactor>2</stdDevFactor>
      </minMaxOrigin>
      <rastershader>
        <colorrampshader clip="0" minimumValue="0" maximumValue="100" colorRampType="INTERPOLATED" classificationMode="1" labelPrecision="6">
          <colorramp type="gradient" name="[source]">
            <Option type="Map">
              <Option type="QString" name="color1" value="247,251,255,255"/>
              <Option type="QString" name="color2" value="8,48,107,255"/>
              <Option type="QString" name="discrete" value="0"/>
              <Option type="QString" name="rampType" value="gradient"/>
              <Option type="QString" name="stops" value="0.25;198,219,239,255:0.5;107,174,214,255:0.75;33,113,181,255"/>
            </Option>
            <prop k="color1" v="247,251,255,255"/>
            <prop k="color2" v="8,48,107,255"/>
            <prop k="discrete" v="0"/>
            <prop k="rampType" v="gradient"/>
            <prop k="stops" v="0.25;198,219,239,255:0.5;107,174,214,255:0.75;33,113,181,255"/>
          </colorramp>
          <item alpha="255" value="0" color="#f7fbff" label="0"/>
          <item alpha="255" value="3.125" color="#f1f7fd" label="3.12"/>
          <item alpha="255" value="6.25" color="#ebf3fb" label="6.25"/>
          <item alpha="255" value="9.375" color="#e5eff9" label="9.38"/>
          <item alpha="255" value="12.5" color="#dfebf7" label="12.5"/>
          <item alpha="255" value="15.625" color="#d8e7f5" label="15.6"/>
          <item alpha="255" value="18.75" color="#d2e3f3" label="18.8"/>
          <item alpha="255" value="21.875" color="#ccdff1" label="21.9"/>
          <item alpha="255" value="25" color="#c6dbef" label="25"/>
          <item alpha="255" value="28.125" color="#bbd5ec" label="28.1"/>
          <item alpha="255" value="31.25" color="#afd0e9" label="31.2"/>
          <item alpha="255" value="34.375" color="#a4cae6" label="34.4"/>
          <item alpha="255" value="37.5" color="#99c4e3" label="37.5"/>
          <item alpha="255" value="40.625" color="#8dbfdf" label="40.6"/>
          <item alpha="255" value="43.75" color="#82b9dc" label="43.8"/>
          <item alpha="255" value="46.875" color="#76b4d9" label="46.9"/>
          <item alpha="255" value="50" color="#6baed6" label="50"/>
          <item alpha="255" value="53.125" color="#62a6d2" label="53.1"/>
          <item alpha="255" value="56.25" color="#599fce" label="56.2"/>
          <item alpha="255" value="59.375" color="#4f97ca" label="59.4"/>
          <item alpha="255" value="62.5" color="#4690c6" label="62.5"/>
          <item alpha="255" value="65.625" color="#3d88c1" label="65.6"/>
          <item alpha="255" value="68.75" color="#3480bd" label="68.8"/>
          <item alpha="255" value="71.875" color="#2a79b9" label="71.9"/>
          <item alpha="255" value="75" color="#2171b5" label="75"/>
          <item alpha="255" value="78.125" color="#1e69ac" label="78.1"/>
          <item alpha="255" value="81.25" color="#1b61a3" label="81.2"/>
          <item alpha="255" value="84.375" color="#185999" label="84.4"/>
          <item alpha="255" value="87.5" color="#155190" label="87.5"/>
          <item alpha="255" value="90.625" color="#114887" label="90.6"/>
          <item alpha="255" value="93.75" color="#0e407e" label="93.8"/>
          <item alpha="255" value="96.875" color="#0b3874" label="96.9"/>
          <item alpha="255" value="100" color="#08306b" label="100"/>
          <rampLegendSettings suffix="" prefix="" useContinuousLegend="1" minimumLabel="0" orientation="2" maximumLabel="≥ 100 %" direction="0">
            <numericFormat id="basic">
              <Option type="Map">
                <Option type="QChar" name="decimal_separator" value=""/>
                <Option type="int" name="decimals" value="6"/>
                <Option type="int" name="rounding_type" value="0"/>
                <Option type="bool" name="show_plus" value="false"/>
                <Option type="bool" name="show_thousand_separator" value="true"/>
                <Option type="bool" name="show_trailing_zeros" value="false"/>
                <Option type="QChar" name="thousand_separator" value=""/>
              </Option>
            </numericFormat>
          </rampLegendSettings>
        </colorrampshader>
      </rastershader>
    </rasterrenderer>
    <brightnesscontrast brightness="0" contrast="0" gamma="1"/>
    <huesaturation saturation="0" colorizeGreen="128" colorizeBlue="128" colorizeStrength="100" colorizeRed="255" invertColors="0" grayscaleMode="0" colorizeOn="0"/>
    <rasterresampler maxOversampling="2"/>
    <resamplingStage>resamplingFilter</resamplingStage>
  </pipe>
  <blendMode>0</blendMode>
</qgis>
