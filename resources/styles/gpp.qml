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
    <rasterrenderer type="singlebandpseudocolor" band="1" classificationMin="0" classificationMax="18" alphaBand="-1" opacity="1" nodataColor="">
      <minMaxOrigin>
        <limits>None</limits>
        <extent>WholeRaster</extent>
        <statAccuracy>Estimated</statAccuracy>
        <cumulativeCutLower>0.02</cumulativeCutLower>
        <cumulativeCutUpper>0.98</cumulativeCutUpper>
        <stdDevFactor>2</stdDevFactor>
      </minMaxOrigin>
      <rastershader>
        <colorrampshader clip="0" minimumValue="0" maximumValue="18" colorRampType="INTERPOLATED" classificationMode="1" labelPrecision="6">
          <colorramp type="gradient" name="[source]">
            <Option type="Map">
              <Option type="QString" name="color1" value="68,1,84,255"/>
              <Option type="QString" name="color2" value="253,231,37,255"/>
              <Option type="QString" name="discrete" value="0"/>
              <Option type="QString" name="rampType" value="gradient"/>
              <Option type="QString" name="stops" value="0.111111;72,40,120,255:0.222222;62,74,137,255:0.333333;49,104,142,255:0.444444;38,130,142,255:0.555556;31,158,137,255:0.666667;53,183,121,255:0.777778;110,206,88,255:0.888889;181,222,43,255"/>
            </Option>
            <prop k="color1" v="68,1,84,255"/>
            <prop k="color2" v="253,231,37,255"/>
            <prop k="discrete" v="0"/>
            <prop k="rampType" v="gradient"/>
            <prop k="stops" v="0.111111;72,40,120,255:0.222222;62,74,137,255:0.333333;49,104,142,255:0.444444;38,130,142,255:0.555556;31,158,137,255:0.666667;53,183,121,255:0.777778;110,206,88,255:0.888889;181,222,43,255"/>
          </colorramp>
          <item alpha="255" value="0" color="#440154" label="0"/>
          <item alpha="255" value="0.5625" color="#450c5e" label="0.562"/>
          <item alpha="255" value="1.125" color="#461768" label="1.12"/>
          <item alpha="255" value="1.6875" color="#472272" label="1.69"/>
          <item alpha="255" value="2.25" color="#472c7a" label="2.25"/>
          <item alpha="255" value="2.8125" color="#44367f" label="2.81"/>
          <item alpha="255" value="3.375" color="#413f84" label="3.38"/>
          <item alpha="255" value="3.9375" color="#3e4988" label="3.94"/>
          <item alpha="255" value="4.5" color="#3b528a" label="4.5"/>
          <item alpha="255" value="5.0625" color="#375a8c" label="5.06"/>
          <item alpha="255" value="5.625" color="#33628d" label="5.62"/>
          <item alpha="255" value="6.1875" color="#306a8e" label="6.19"/>
          <item alpha="255" value="6.75" color="#2d728e" label="6.75"/>
          <item alpha="255" value="7.3125" color="#2a798e" label="7.31"/>
          <item alpha="255" value="7.875" color="#27808e" label="7.88"/>
          <item alpha="255" value="8.4375" color="#24888d" label="8.44"/>
          <item alpha="255" value="9" color="#23908c" label="9"/>
          <item alpha="255" value="9.5625" color="#21988a" label="9.56"/>
          <item alpha="255" value="10.125" color="#20a088" label="10.1"/>
          <item alpha="255" value="10.6875" color="#27a783" label="10.7"/>
          <item alpha="255" value="11.25" color="#2dae7f" label="11.2"/>
          <item alpha="255" value="11.8125" color="#33b57a" label="11.8"/>
          <item alpha="255" value="12.375" color="#40bb73" label="12.4"/>
          <item alpha="255" value="12.9375" color="#50c26a" label="12.9"/>
          <item alpha="255" value="13.5" color="#60c860" label="13.5"/>
          <item alpha="255" value="14.0625" color="#70cf57" label="14.1"/>
          <item alpha="255" value="14.625" color="#84d34a" label="14.6"/>
          <item alpha="255" value="15.1875" color="#98d83d" label="15.2"/>
          <item alpha="255" value="15.75" color="#acdc31" label="15.8"/>
          <item alpha="255" value="16.3125" color="#c0df2a" label="16.3"/>
          <item alpha="255" value="16.875" color="#d5e228" label="16.9"/>
          <item alpha="255" value="17.4375" color="#e9e427" label="17.4"/>
          <item alpha="255" value="18" color="#fde725" label="18"/>
          <rampLegendSettings suffix="" prefix="" useContinuousLegend="1" minimumLabel="0" orientation="2" maximumLabel="≥ 18 g C m⁻² d⁻¹" direction="0">
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
