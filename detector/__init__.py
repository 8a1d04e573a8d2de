"""Frames in, observations out: sources, sampling, engines, obstruction, the stream loop."""
