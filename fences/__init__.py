"""Pure core: places, rules and the step function. No I/O, no clock, no randomness."""
