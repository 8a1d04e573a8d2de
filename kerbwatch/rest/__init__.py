"""The REST way into the case book: an adapter at the edge, the only one that knows FastAPI."""
