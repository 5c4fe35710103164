"""Due work that is not a mailing: written with its cause, done by a worker later."""
