"""Service mail: mail caused by one person's act, to that person alone."""
