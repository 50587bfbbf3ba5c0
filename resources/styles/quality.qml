<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis minScale="1e+08" styleCategories="Symbology|Rendering" hasScaleBasedVisibilityFlag="0" version="3.22.16-Białowieża" maxScale="0">
  <pipe-data-defined-properties>
    <Option type="Map">
      <Option name="name" type="QString" value=""/>
      <Option name="properties"/>
      <Option name="type" type="QString" value="collection"/>
    </Option>
  </pipe-data-defined-properties>
  <pipe>
    <provider>
      <resampling maxOversampling="2" zoomedInResamplingMethod="nearestNeighbour" zoomedOutResamplingMethod="nearestNeighbour" enabled="false"/>
    </provider>
    <rasterrenderer nodataColor="" alphaBand="-1" opacity="1" type="singlebandpseudocolor" classificationMax="40" classificationMin="0" band="1">
      <minMaxOrigin>
        <limits>None</limits>
        <extent>WholeRaster</extent>
        <statAccuracy>Estimated</statAccuracy>
        <cumulativeCutLower>0.02</cumulativeCutLower>
        <cumulativeCutUpper>0.98</cumulativeCutUpper>
        <stdDevFactor>2</stdDevFactor>
      </minMaxOrigin>
      <rastershader>
        <colorrampshader minimumValue="0" colorRampType="INTERPOLATED" maximumValue="40" labelPrecision="6" classificationMode="1" clip="0">
          <colorramp name="[source]" type="gradient">
            <Option type="Map">
              <Option name="color1" type="QString" value="247,251,255,255"/>
              <Option name="color2" type="QString" value="8,48,107,255"/>
              <Option name="discrete" type="QString" value="0"/>
              <Option name="rampType" type="QString" value="gradient"/>
              <Option name="stops" type="QString" value="0.25;198,219,239,255:0.5;107,174,214,255:0.75;33,113,181,255"/>
            </Option>
            <prop v="247,251,255,255" k="color1"/>
            <prop v="8,48,107,255" k="color2"/>
            <prop v="0" k="discrete"/>
            <prop v="gradient" k="rampType"/>
            <prop v="0.25;198,219,239,255:0.5;107,174,214,255:0.75;33,113,181,255" k="stops"/>
          </colorramp>
          <item alpha="255" color="#f7fbff" label="0" value="0"/>
          <item alpha="255" color="#f1f7fd" label="1.25" value="1.25"/>
          <item alpha="255" color="#ebf3fb" label="2.5" value="2.5"/>
          <item alpha="255" color="#e5eff9" label="3.75" value="3.75"/>
          <item alpha="255" color="#dfebf7" label="5" value="5"/>
          <item alpha="255" color="#d8e7f5" label="6.25" value="6.25"/>
          <item alpha="255" color="#d2e3f3" label="7.5" value="7.5"/>
          <item alpha="255" color="#ccdff1" label="8.75" value="8.75"/>
          <item alpha="255" color="#c6dbef" label="10" value="10"/>
          <item alpha="255" color="#bbd5ec" label="11.2" value="11.25"/>
          <item alpha="255" color="#afd0e9" label="12.5" value="12.5"/>
          <item alpha="255" color="#a4cae6" label="13.8" value="13.75"/>
          <item alpha="255" color="#99c4e3" label="15" value="15"/>
          <item alpha="255" color="#8dbfdf" label="16.2" value="16.25"/>
          <item alpha="255" color="#82b9dc" label="17.5" value="17.5"/>
          <item alpha="255" color="#76b4d9" label="18.8" value="18.75"/>
          <item alpha="255" color="#6baed6" label="20" value="20"/>
          <item alpha="255" color="#62a6d2" label="21.2" value="21.25"/>
          <item alpha="255" color="#599fce" label="22.5" value="22.5"/>
          <item alpha="255" color="#4f97ca" label="23.8" value="23.75"/>
          <item alpha="255" color="#4690c6" label="25" value="25"/>
          <item alpha="255" color="#3d88c1" label="26.2" value="26.25"/>
          <item alpha="255" color="#3480bd" label="27.5" value="27.5"/>
          <item alpha="255" color="#2a79b9" label="28.8" value="28.75"/>
          <item alpha="255" color="#2171b5" label="30" value="30"/>
          <item alpha="255" color="#1e69ac" label="31.2" value="31.25"/>
          <item alpha="255" color="#1b61a3" label="32.5" value="32.5"/>
          <item alpha="255" color="#185999" label="33.8" value="33.75"/>
          <item alpha="255" color="#155190" label="35" value="35"/>
          <item alpha="255" color="#114887" label="36.2" value="36.25"/>
          <item alpha="255" color="#0e407e" label="37.5" value="37.5"/>
          <item alpha="255" color="#0b3874" label="38.8" value="38.75"/>
          <item alpha="255" color="#08306b" label="40" value="40"/>
          <rampLegendSettings suffix="" minimumLabel="0" useContinuousLegend="1" prefix="" orientation="2" maximumLabel="≥ 40" direction="0">
            <numericFormat id="basic">
              <Option type="Map">
                <Option name="decimal_separator" type="QChar" value=""/>
                <Option name="decimals" type="int" value="6"/>
                <Option name="rounding_type" type="int" value="0"/>
                <Option name="show_plus" type="bool" value="false"/>
                <Option name="show_thousand_separator" type="bool" value="true"/>
                <Option name="show_trailing_zeros" type="bool" value="false"/>
                <Option name="thousand_separator" type="QChar" value=""/>
              </Option>
            </numericFormat>
          </rampLegendSettings>
        </colorrampshader>
      </rastershader>
    </rasterrenderer>
    <brightnesscontrast brightness="0" contrast="0" gamma="1"/>
    <huesaturation colorizeOn="0" colorizeGreen="128" invertColors="0" saturation="0" colorizeBlue="128" colorizeStrength="100" grayscaleMode="0" colorizeRed="255"/>
    <rasterresampler maxOversampling="2"/>
    <resamplingStage>resamplingFilter</resamplingStage>
  </pipe>
  <blendMode>0</blendMode>
</qgis>
