"""What a stream of pictures tells of the camera that takes them: black, frozen, covered."""
