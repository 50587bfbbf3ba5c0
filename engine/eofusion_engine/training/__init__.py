"""Training of every stage. Each command reads raw data once into a small cache and writes one weights file."""
