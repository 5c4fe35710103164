"""From values to mail: no database, no session, no clock."""
