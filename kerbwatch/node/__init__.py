"""The node as a process of its own: started, watched, brought back; who crashed it waits.

What the supervisor imports stays small: it runs for as long as the service does, and is forked.
"""
