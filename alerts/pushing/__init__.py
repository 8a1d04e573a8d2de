"""Pushes to people's own services (WeCom, DingTalk, e-mail, …), beside the MQTT inbox."""
