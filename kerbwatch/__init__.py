"""Command line, configuration and wiring: one function per process."""
