"""The queue: dramatiq's messages on Redis, the worker that runs them, and the replies that come back.

Sending: `ring.py`. Working: `process.py` runs `worker.py`, whose messages come through `consumer.py` and are settled
by `acks.py`. Answering: `replies.py` writes, `inbox.py` reads. Redis keeps nothing that a row does not know.
"""
