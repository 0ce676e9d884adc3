"""Real parts for the tests: PostgreSQL, a push service, a browser. Each can also show its bad manners."""
