"""MQTT: the line to the broker, the embedded broker, and a recipient's inbox."""
