"""Frames from recordings, folders of pictures and live cameras, all as ``FrameSource``."""
