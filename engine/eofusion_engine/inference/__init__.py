"""Running the model over an area: plan, tiles, passes."""
