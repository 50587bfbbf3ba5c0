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
    <rasterrenderer type="singlebandpseudocolor" band="2" classificationMin="0" classificationMax="1464" alphaBand="-1" opacity="1" nodataColor="">
      <minMaxOrigin>
        <limits>None</limits>
        <extent>WholeRaster</extent>
        <statAccuracy>Estimated</statAccuracy>
        <cumulativeCutLower>0.02</cumulativeCutLower>
        <cumulativeCutUpper>0.98</cumulativeCutUpper>
        <stdDevFactor>2</stdDevFactor>
      </minMaxOrigin>
      <rastershader>
        <colorrampshader clip="0" minimumValue="0" maximumValue="1464" colorRampType="INTERPOLATED" classificationMode="1" labelPrecision="6">
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
          <item alpha="255" value="45.75" color="#450c5e" label="45.8"/>
          <item alpha="255" value="91.5" color="#461768" label="91.5"/>
          <item alpha="255" value="137.25" color="#472272" label="137"/>
          <item alpha="255" value="183" color="#472c7a" label="183"/>
          <item alpha="255" value="228.75" color="#44367f" label="229"/>
          <item alpha="255" value="274.5" color="#413f84" label="274"/>
          <item alpha="255" value="320.25" color="#3e4988" label="320"/>
          <item alpha="255" value="366" color="#3b528a" label="366"/>
          <item alpha="255" value="411.75" color="#375a8c" label="412"/>
          <item alpha="255" value="457.5" color="#33628d" label="458"/>
          <item alpha="255" value="503.25" color="#306a8e" label="503"/>
          <item alpha="255" value="549" color="#2d728e" label="549"/>
          <item alpha="255" value="594.75" color="#2a798e" label="595"/>
          <item alpha="255" value="640.5" color="#27808e" label="640"/>
          <item alpha="255" value="686.25" color="#24888d" label="686"/>
          <item alpha="255" value="732" color="#23908c" label="732"/>
          <item alpha="255" value="777.75" color="#21988a" label="778"/>
          <item alpha="255" value="823.5" color="#20a088" label="824"/>
          <item alpha="255" value="869.25" color="#27a783" label="869"/>
          <item alpha="255" value="915" color="#2dae7f" label="915"/>
          <item alpha="255" value="960.75" color="#33b57a" label="961"/>
          <item alpha="255" value="1006.5" color="#40bb73" label="1.01e+03"/>
          <item alpha="255" value="1052.25" color="#50c26a" label="1.05e+03"/>
          <item alpha="255" value="1098" color="#60c860" label="1.1e+03"/>
          <item alpha="255" value="1143.75" color="#70cf57" label="1.14e+03"/>
          <item alpha="255" value="1189.5" color="#84d34a" label="1.19e+03"/>
          <item alpha="255" value="1235.25" color="#98d83d" label="1.24e+03"/>
          <item alpha="255" value="1281" color="#acdc31" label="1.28e+03"/>
          <item alpha="255" value="1326.75" color="#c0df2a" label="1.33e+03"/>
          <item alpha="255" value="1372.5" color="#d5e228" label="1.37e+03"/>
          <item alpha="255" value="1418.25" color="#e9e427" label="1.42e+03"/>
          <item alpha="255" value="1464" color="#fde725" label="1.46e+03"/>
          <rampLegendSettings suffix="" prefix="" useContinuousLegend="1" minimumLabel="0" orientation="2" maximumLabel="≥ 1464 g C m⁻²" direction="0">
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
