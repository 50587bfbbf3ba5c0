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
    <rasterrenderer nodataColor="" alphaBand="-1" opacity="1" type="singlebandpseudocolor" classificationMax="1464" classificationMin="0" band="2">
      <minMaxOrigin>
        <limits>None</limits>
        <extent>WholeRaster</extent>
        <statAccuracy>Estimated</statAccuracy>
        <cumulativeCutLower>0.02</cumulativeCutLower>
        <cumulativeCutUpper>0.98</cumulativeCutUpper>
        <stdDevFactor>2</stdDevFactor>
      </minMaxOrigin>
      <rastershader>
        <colorrampshader minimumValue="0" colorRampType="INTERPOLATED" maximumValue="1464" labelPrecision="6" classificationMode="1" clip="0">
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
          <item alpha="255" color="#450c5e" label="45.8" value="45.75"/>
          <item alpha="255" color="#461768" label="91.5" value="91.5"/>
          <item alpha="255" color="#472272" label="137" value="137.25"/>
          <item alpha="255" color="#472c7a" label="183" value="183"/>
          <item alpha="255" color="#44367f" label="229" value="228.75"/>
          <item alpha="255" color="#413f84" label="274" value="274.5"/>
          <item alpha="255" color="#3e4988" label="320" value="320.25"/>
          <item alpha="255" color="#3b528a" label="366" value="366"/>
          <item alpha="255" color="#375a8c" label="412" value="411.75"/>
          <item alpha="255" color="#33628d" label="458" value="457.5"/>
          <item alpha="255" color="#306a8e" label="503" value="503.25"/>
          <item alpha="255" color="#2d728e" label="549" value="549"/>
          <item alpha="255" color="#2a798e" label="595" value="594.75"/>
          <item alpha="255" color="#27808e" label="640" value="640.5"/>
          <item alpha="255" color="#24888d" label="686" value="686.25"/>
          <item alpha="255" color="#23908c" label="732" value="732"/>
          <item alpha="255" color="#21988a" label="778" value="777.75"/>
          <item alpha="255" color="#20a088" label="824" value="823.5"/>
          <item alpha="255" color="#27a783" label="869" value="869.25"/>
          <item alpha="255" color="#2dae7f" label="915" value="915"/>
          <item alpha="255" color="#33b57a" label="961" value="960.75"/>
          <item alpha="255" color="#40bb73" label="1.01e+03" value="1006.5"/>
          <item alpha="255" color="#50c26a" label="1.05e+03" value="1052.25"/>
          <item alpha="255" color="#60c860" label="1.1e+03" value="1098"/>
          <item alpha="255" color="#70cf57" label="1.14e+03" value="1143.75"/>
          <item alpha="255" color="#84d34a" label="1.19e+03" value="1189.5"/>
          <item alpha="255" color="#98d83d" label="1.24e+03" value="1235.25"/>
          <item alpha="255" color="#acdc31" label="1.28e+03" value="1281"/>
          <item alpha="255" color="#c0df2a" label="1.33e+03" value="1326.75"/>
          <item alpha="255" color="#d5e228" label="1.37e+03" value="1372.5"/>
          <item alpha="255" color="#e9e427" label="1.42e+03" value="1418.25"/>
          <item alpha="255" color="#fde725" label="1.46e+03" value="1464"/>
          <rampLegendSettings suffix="" minimumLabel="0" useContinuousLegend="1" prefix="" orientation="2" maximumLabel="≥ 1464 g C m⁻²" direction="0">
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
