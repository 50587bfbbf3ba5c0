"""Physics of light, leaves, soil, radar and photosynthesis: pure functions of arrays (docs/simulator-physics.md)."""
