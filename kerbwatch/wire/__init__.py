"""Wiring: one function per process that puts the parts together."""
