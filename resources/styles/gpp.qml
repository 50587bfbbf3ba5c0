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
    <rasterrenderer nodataColor="" alphaBand="-1" opacity="1" type="singlebandpseudocolor" classificationMax="18" classificationMin="0" band="1">
      <minMaxOrigin>
        <limits>None</limits>
        <extent>WholeRaster</extent>
        <statAccuracy>Estimated</statAccuracy>
        <cumulativeCutLower>0.02</cumulativeCutLower>
        <cumulativeCutUpper>0.98</cumulativeCutUpper>
        <stdDevFactor>2</stdDevFactor>
      </minMaxOrigin>
      <rastershader>
        <colorrampshader minimumValue="0" colorRampType="INTERPOLATED" maximumValue="18" labelPrecision="6" classificationMode="1" clip="0">
          <colorramp name="[source]" type="gradient">
            <Option type="Map">
              <Option name="color1" type="QString" value="68,1,84,255"/>
              <Option name="color2" type="QString" value="253,231,37,255"/>
              <Option name="discrete" type="QString" value="0"/>
              <Option name="rampType" type="QString" value="gradient"/>
              <Option name="stops" type="QString" value="0.111111;72,40,120,255:0.222222;62,74,137,255:0.333333;49,104,142,255:0.444444;38,130,142,255:0.555556;31,158,137,255:0.666667;53,183,121,255:0.777778;110,206,88,255:0.888889;181,222,43,255"/>
            </Option>
            <prop v="68,1,84,255" k="color1"/>
            <prop v="253,231,37,255" k="color2"/>
            <prop v="0" k="discrete"/>
            <prop v="gradient" k="rampType"/>
            <prop v="0.111111;72,40,120,255:0.222222;62,74,137,255:0.333333;49,104,142,255:0.444444;38,130,142,255:0.555556;31,158,137,255:0.666667;53,183,121,255:0.777778;110,206,88,255:0.888889;181,222,43,255" k="stops"/>
          </colorramp>
          <item alpha="255" color="#440154" label="0" value="0"/>
          <item alpha="255" color="#450c5e" label="0.562" value="0.5625"/>
          <item alpha="255" color="#461768" label="1.12" value="1.125"/>
          <item alpha="255" color="#472272" label="1.69" value="1.6875"/>
          <item alpha="255" color="#472c7a" label="2.25" value="2.25"/>
          <item alpha="255" color="#44367f" label="2.81" value="2.8125"/>
          <item alpha="255" color="#413f84" label="3.38" value="3.375"/>
          <item alpha="255" color="#3e4988" label="3.94" value="3.9375"/>
          <item alpha="255" color="#3b528a" label="4.5" value="4.5"/>
          <item alpha="255" color="#375a8c" label="5.06" value="5.0625"/>
          <item alpha="255" color="#33628d" label="5.62" value="5.625"/>
          <item alpha="255" color="#306a8e" label="6.19" value="6.1875"/>
          <item alpha="255" color="#2d728e" label="6.75" value="6.75"/>
          <item alpha="255" color="#2a798e" label="7.31" value="7.3125"/>
          <item alpha="255" color="#27808e" label="7.88" value="7.875"/>
          <item alpha="255" color="#24888d" label="8.44" value="8.4375"/>
          <item alpha="255" color="#23908c" label="9" value="9"/>
          <item alpha="255" color="#21988a" label="9.56" value="9.5625"/>
          <item alpha="255" color="#20a088" label="10.1" value="10.125"/>
          <item alpha="255" color="#27a783" label="10.7" value="10.6875"/>
          <item alpha="255" color="#2dae7f" label="11.2" value="11.25"/>
          <item alpha="255" color="#33b57a" label="11.8" value="11.8125"/>
          <item alpha="255" color="#40bb73" label="12.4" value="12.375"/>
          <item alpha="255" color="#50c26a" label="12.9" value="12.9375"/>
          <item alpha="255" color="#60c860" label="13.5" value="13.5"/>
          <item alpha="255" color="#70cf57" label="14.1" value="14.0625"/>
          <item alpha="255" color="#84d34a" label="14.6" value="14.625"/>
          <item alpha="255" color="#98d83d" label="15.2" value="15.1875"/>
          <item alpha="255" color="#acdc31" label="15.8" value="15.75"/>
          <item alpha="255" color="#c0df2a" label="16.3" value="16.3125"/>
          <item alpha="255" color="#d5e228" label="16.9" value="16.875"/>
          <item alpha="255" color="#e9e427" label="17.4" value="17.4375"/>
          <item alpha="255" color="#fde725" label="18" value="18"/>
          <rampLegendSettings suffix="" minimumLabel="0" useContinuousLegend="1" prefix="" orientation="2" maximumLabel="≥ 18 g C m⁻² d⁻¹" direction="0">
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
