"""A real STAC service on loopback for the tests: seeded scenes, a STAC API, a file server, a fault proxy."""
