"""Making models: training, exporting and quantizing them. Never loaded by the running service."""
