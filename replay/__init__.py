"""Recordings through the live pipeline: play, score, report, and the scenes to play."""
