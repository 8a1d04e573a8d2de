"""What operators scrape: every figure, where it is kept, and the endpoint that serves it."""
