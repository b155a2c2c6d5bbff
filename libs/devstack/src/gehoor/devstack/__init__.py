"""Apache Kafka, PostgreSQL and a mail drop on this machine, for `make run` and for tests."""
