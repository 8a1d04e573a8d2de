"""Looking at pictures, in this process or in others beside it that share no lock with it."""
