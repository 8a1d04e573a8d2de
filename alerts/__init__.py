"""Fence events in, people told: case book, store, outbox, MQTT, evidence."""
