"""The model: sensor encoders, fusion, tokens, the correlation model and the heads."""
