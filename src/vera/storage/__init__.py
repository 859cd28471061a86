"""Where Vera keeps what must outlive a process: DynamoDB for a deployment, SQLite for one machine.

`tests/contract` holds both to the same ports.
"""
