"""What people write (YAML, JSON) into plain options, with every problem told at once.

The only package that knows YAML and pydantic.
"""
