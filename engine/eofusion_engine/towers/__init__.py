"""Flux towers: reading their files, and what a run says at a tower beside what the tower measured."""
