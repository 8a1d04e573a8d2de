"""Class-free seeing: what has newly appeared inside a fence, and stands still."""
