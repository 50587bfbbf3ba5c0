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
    <rasterrenderer type="singlebandpseudocolor" band="2" classificationMin="0" classificationMax="40" alphaBand="-1" opacity="1" nodataColor="">
      <minMaxOrigin>
        <limits>None</limits>
        <extent>WholeRaster</extent>
        <statAccuracy>Estimated</statAccuracy>
        <cumulativeCutLower>0.02</cumulativeCutLower>
        <cumulativeCutUpper>0.98</cumulativeCutUpper>
        <stdDevFactor>2</stdDevFactor>
      </minMaxOrigin>
      <rastershader>
        <colorrampshader clip="0" minimumValue="0" maximumValue="40" colorRampType="INTERPOLATED" classificationMode="1" labelPrecision="6">
          <colorramp type="gradient" name="[source]">
            <Option type="Map">
              <Option type="QString" name="color1" value="8,48,107,255"/>
              <Option type="QString" name="color2" value="247,251,255,255"/>
              <Option type="QString" name="discrete" value="0"/>
              <Option type="QString" name="rampType" value="gradient"/>
              <Option type="QString" name="stops" value="0.25;33,113,181,255:0.5;107,174,214,255:0.75;198,219,239,255"/>
            </Option>
            <prop k="color1" v="8,48,107,255"/>
            <prop k="color2" v="247,251,255,255"/>
            <prop k="discrete" v="0"/>
            <prop k="rampType" v="gradient"/>
            <prop k="stops" v="0.25;33,113,181,255:0.5;107,174,214,255:0.75;198,219,239,255"/>
          </colorramp>
          <item alpha="255" value="0" color="#08306b" label="0"/>
          <item alpha="255" value="1.25" color="#0b3874" label="1.25"/>
          <item alpha="255" value="2.5" color="#0e407e" label="2.5"/>
          <item alpha="255" value="3.75" color="#114887" label="3.75"/>
          <item alpha="255" value="5" color="#155190" label="5"/>
          <item alpha="255" value="6.25" color="#185999" label="6.25"/>
          <item alpha="255" value="7.5" color="#1b61a3" label="7.5"/>
          <item alpha="255" value="8.75" color="#1e69ac" label="8.75"/>
          <item alpha="255" value="10" color="#2171b5" label="10"/>
          <item alpha="255" value="11.25" color="#2a79b9" label="11.2"/>
          <item alpha="255" value="12.5" color="#3480bd" label="12.5"/>
          <item alpha="255" value="13.75" color="#3d88c1" label="13.8"/>
          <item alpha="255" value="15" color="#4690c6" label="15"/>
          <item alpha="255" value="16.25" color="#4f97ca" label="16.2"/>
          <item alpha="255" value="17.5" color="#599fce" label="17.5"/>
          <item alpha="255" value="18.75" color="#62a6d2" label="18.8"/>
          <item alpha="255" value="20" color="#6baed6" label="20"/>
          <item alpha="255" value="21.25" color="#76b4d9" label="21.2"/>
          <item alpha="255" value="22.5" color="#82b9dc" label="22.5"/>
          <item alpha="255" value="23.75" color="#8dbfdf" label="23.8"/>
          <item alpha="255" value="25" color="#99c4e3" label="25"/>
          <item alpha="255" value="26.25" color="#a4cae6" label="26.2"/>
          <item alpha="255" value="27.5" color="#afd0e9" label="27.5"/>
          <item alpha="255" value="28.75" color="#bbd5ec" label="28.8"/>
          <item alpha="255" value="30" color="#c6dbef" label="30"/>
          <item alpha="255" value="31.25" color="#ccdff1" label="31.2"/>
          <item alpha="255" value="32.5" color="#d2e3f3" label="32.5"/>
          <item alpha="255" value="33.75" color="#d8e7f5" label="33.8"/>
          <item alpha="255" value="35" color="#dfebf7" label="35"/>
          <item alpha="255" value="36.25" color="#e5eff9" label="36.2"/>
          <item alpha="255" value="37.5" color="#ebf3fb" label="37.5"/>
          <item alpha="255" value="38.75" color="#f1f7fd" label="38.8"/>
          <item alpha="255" value="40" color="#f7fbff" label="40"/>
          <rampLegendSettings suffix="" prefix="" useContinuousLegend="1" minimumLabel="0" orientation="2" maximumLabel="≥ 40" direction="0">
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
