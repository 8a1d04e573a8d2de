"""A case handed out: one ZIP that can be checked without Kerbwatch."""
