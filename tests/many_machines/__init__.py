"""Workers on several machines, with PostgreSQL and real brokers."""
