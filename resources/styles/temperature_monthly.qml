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
    <rasterrenderer type="singlebandpseudocolor" band="1" classificationMin="-15" classificationMax="35" alphaBand="-1" opacity="1" nodataColor="">
      <minMaxOrigin>
        <limits>None</limits>
        <extent>WholeRaster</extent>
        <statAccuracy>Estimated</statAccuracy>
        <cumulativeCutLower>0.02</cumulativeCutLower>
        <cumulativeCutUpper>0.98</cumulativeCutUpper>
        <stdDevFactor>2</stdDevFactor>
      </minMaxOrigin>
      <rastershader>
        <colorrampshader clip="0" minimumValue="-15" maximumValue="35" colorRampType="INTERPOLATED" classificationMode="1" labelPrecision="6">
          <colorramp type="gradient" name="[source]">
            <Option type="Map">
              <Option type="QString" name="color1" value="4,35,51,255"/>
              <Option type="QString" name="color2" value="232,250,91,255"/>
              <Option type="QString" name="discrete" value="0"/>
              <Option type="QString" name="rampType" value="gradient"/>
              <Option type="QString" name="stops" value="0.166667;44,51,149,255:0.333333;116,73,146,255:0.5;177,95,130,255:0.666667;235,121,88,255:0.833333;251,180,61,255"/>
            </Option>
            <prop k="color1" v="4,35,51,255"/>
            <prop k="color2" v="232,250,91,255"/>
            <prop k="discrete" v="0"/>
            <prop k="rampType" v="gradient"/>
            <prop k="stops" v="0.166667;44,51,149,255:0.333333;116,73,146,255:0.5;177,95,130,255:0.666667;235,121,88,255:0.833333;251,180,61,255"/>
          </colorramp>
          <item alpha="255" value="-15" color="#042333" label="-15"/>
          <item alpha="255" value="-13.4375" color="#0c2645" label="-13.4"/>
          <item alpha="255" value="-11.875" color="#132958" label="-11.9"/>
          <item alpha="255" value="-10.3125" color="#1a2c6a" label="-10.3"/>
          <item alpha="255" value="-8.75" color="#222f7d" label="-8.75"/>
          <item alpha="255" value="-7.1875" color="#2a328f" label="-7.19"/>
          <item alpha="255" value="-5.625" color="#353695" label="-5.62"/>
          <item alpha="255" value="-4.0625" color="#433a94" label="-4.06"/>
          <item alpha="255" value="-2.5" color="#503e93" label="-2.5"/>
          <item alpha="255" value="-0.9375" color="#5e4293" label="-0.938"/>
          <item alpha="255" value="0.625" color="#6b4692" label="0.625"/>
          <item alpha="255" value="2.1875" color="#784a91" label="2.19"/>
          <item alpha="255" value="3.75" color="#834f8e" label="3.75"/>
          <item alpha="255" value="5.3125" color="#8f538b" label="5.31"/>
          <item alpha="255" value="6.875" color="#9a5788" label="6.88"/>
          <item alpha="255" value="8.4375" color="#a65b85" label="8.44"/>
          <item alpha="255" value="10" color="#b15f82" label="10"/>
          <item alpha="255" value="11.5625" color="#bc647a" label="11.6"/>
          <item alpha="255" value="13.125" color="#c76972" label="13.1"/>
          <item alpha="255" value="14.6875" color="#d26e6a" label="14.7"/>
          <item alpha="255" value="16.25" color="#dd7362" label="16.2"/>
          <item alpha="255" value="17.8125" color="#e7775b" label="17.8"/>
          <item alpha="255" value="19.375" color="#ed8055" label="19.4"/>
          <item alpha="255" value="20.9375" color="#f08b50" label="20.9"/>
          <item alpha="255" value="22.5" color="#f3974b" label="22.5"/>
          <item alpha="255" value="24.0625" color="#f6a245" label="24.1"/>
          <item alpha="255" value="25.625" color="#f9ad40" label="25.6"/>
          <item alpha="255" value="27.1875" color="#fab83f" label="27.2"/>
          <item alpha="255" value="28.75" color="#f6c645" label="28.8"/>
          <item alpha="255" value="30.3125" color="#f3d34a" label="30.3"/>
          <item alpha="255" value="31.875" color="#efe050" label="31.9"/>
          <item alpha="255" value="33.4375" color="#eced55" label="33.4"/>
          <item alpha="255" value="35" color="#e8fa5b" label="35"/>
          <rampLegendSettings suffix="" prefix="" useContinuousLegend="1" minimumLabel="≤ −15" orientation="2" maximumLabel="≥ 35 °C" direction="0">
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
