"""The language everybody speaks: every fact that services publish, its envelope and its private fields.

Pure: pydantic and the standard library. One module a service (`intake`, `routing`, `sla`, `partner`), the parts they
share in `terms`, how a fact travels in `envelope`, what is personal in `private`, what exists at all in `catalogue`.
"""
