"""The fault harness (``make chaos``): everything goes wrong, and nothing may be lost or doubled."""
