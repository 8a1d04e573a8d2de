"""Learned detectors: model files behind one protocol."""
