"""Orders over HTTP: `/api/pedidos`. A file a subject; bodies stand beside their handlers.

Rules of this folder:
1. One request is one command, so it happens completely or not at all, and a retry under the same
   Idempotency-Key repeats the answer, not the act.
2. Every write answers with the order as committed, and its version as ETag.
"""
