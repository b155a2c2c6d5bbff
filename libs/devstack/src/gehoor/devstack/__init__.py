"""Apache Kafka, PostgreSQL and a mail drop on this machine, for `make run` and for tests."""

from gehoor.devstack.process import Process, StackError
from gehoor.devstack.stack import Stack, passing_stack

__all__ = ["Process", "Stack", "StackError", "passing_stack"]
