"""People and deadlines: who is on duty, who is told next, and until when. Pure: time is given."""
