"""What people use instead, each as a script of its own that knows nothing of Kerbwatch.

They run with the interpreter that has what they need (``--peer-python``) and print one line of
JSON. Where something is missing they print ``{"absent": "its name"}``.
"""
