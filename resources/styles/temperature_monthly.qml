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
    <rasterrenderer nodataColor="" alphaBand="-1" opacity="1" type="singlebandpseudocolor" classificationMax="35" classificationMin="-15" band="1">
      <minMaxOrigin>
        <limits>None</limits>
        <extent>WholeRaster</extent>
        <statAccuracy>Estimated</statAccuracy>
        <cumulativeCutLower>0.02</cumulativeCutLower>
        <cumulativeCutUpper>0.98</cumulativeCutUpper>
        <stdDevFactor>2</stdDevFactor>
      </minMaxOrigin>
      <rastershader>
        <colorrampshader minimumValue="-15" colorRampType="INTERPOLATED" maximumValue="35" labelPrecision="6" classificationMode="1" clip="0">
          <colorramp name="[source]" type="gradient">
            <Option type="Map">
              <Option name="color1" type="QString" value="4,35,51,255"/>
              <Option name="color2" type="QString" value="232,250,91,255"/>
              <Option name="discrete" type="QString" value="0"/>
              <Option name="rampType" type="QString" value="gradient"/>
              <Option name="stops" type="QString" value="0.166667;44,51,149,255:0.333333;116,73,146,255:0.5;177,95,130,255:0.666667;235,121,88,255:0.833333;251,180,61,255"/>
            </Option>
            <prop v="4,35,51,255" k="color1"/>
            <prop v="232,250,91,255" k="color2"/>
            <prop v="0" k="discrete"/>
            <prop v="gradient" k="rampType"/>
            <prop v="0.166667;44,51,149,255:0.333333;116,73,146,255:0.5;177,95,130,255:0.666667;235,121,88,255:0.833333;251,180,61,255" k="stops"/>
          </colorramp>
          <item alpha="255" color="#042333" label="-15" value="-15"/>
          <item alpha="255" color="#0c2645" label="-13.4" value="-13.4375"/>
          <item alpha="255" color="#132958" label="-11.9" value="-11.875"/>
          <item alpha="255" color="#1a2c6a" label="-10.3" value="-10.3125"/>
          <item alpha="255" color="#222f7d" label="-8.75" value="-8.75"/>
          <item alpha="255" color="#2a328f" label="-7.19" value="-7.1875"/>
          <item alpha="255" color="#353695" label="-5.62" value="-5.625"/>
          <item alpha="255" color="#433a94" label="-4.06" value="-4.0625"/>
          <item alpha="255" color="#503e93" label="-2.5" value="-2.5"/>
          <item alpha="255" color="#5e4293" label="-0.938" value="-0.9375"/>
          <item alpha="255" color="#6b4692" label="0.625" value="0.625"/>
          <item alpha="255" color="#784a91" label="2.19" value="2.1875"/>
          <item alpha="255" color="#834f8e" label="3.75" value="3.75"/>
          <item alpha="255" color="#8f538b" label="5.31" value="5.3125"/>
          <item alpha="255" color="#9a5788" label="6.88" value="6.875"/>
          <item alpha="255" color="#a65b85" label="8.44" value="8.4375"/>
          <item alpha="255" color="#b15f82" label="10" value="10"/>
          <item alpha="255" color="#bc647a" label="11.6" value="11.5625"/>
          <item alpha="255" color="#c76972" label="13.1" value="13.125"/>
          <item alpha="255" color="#d26e6a" label="14.7" value="14.6875"/>
          <item alpha="255" color="#dd7362" label="16.2" value="16.25"/>
          <item alpha="255" color="#e7775b" label="17.8" value="17.8125"/>
          <item alpha="255" color="#ed8055" label="19.4" value="19.375"/>
          <item alpha="255" color="#f08b50" label="20.9" value="20.9375"/>
          <item alpha="255" color="#f3974b" label="22.5" value="22.5"/>
          <item alpha="255" color="#f6a245" label="24.1" value="24.0625"/>
          <item alpha="255" color="#f9ad40" label="25.6" value="25.625"/>
          <item alpha="255" color="#fab83f" label="27.2" value="27.1875"/>
          <item alpha="255" color="#f6c645" label="28.8" value="28.75"/>
          <item alpha="255" color="#f3d34a" label="30.3" value="30.3125"/>
          <item alpha="255" color="#efe050" label="31.9" value="31.875"/>
          <item alpha="255" color="#eced55" label="33.4" value="33.4375"/>
          <item alpha="255" color="#e8fa5b" label="35" value="35"/>
          <rampLegendSettings suffix="" minimumLabel="≤ −15" useContinuousLegend="1" prefix="" orientation="2" maximumLabel="≥ 35 °C" direction="0">
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
