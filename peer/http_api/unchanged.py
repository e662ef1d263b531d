"""304 for reads that are made of many documents: nothing committed, nothing new.

Rule of this file: what is answered so depends on committed state alone. Disputes and stock of
before the start are read a moment after it, so until then the answer has another version.
"""

from functools import wraps

import msgspec

from peer.http_api.api import Api, Handler, list_version, unchanged
from peer.service.routes import Answer, Call


def unless_unchanged(handler: Handler) -> Handler:
    """The handler, asked only when the front end does not have its answer already."""

    @wraps(handler)
    async def asked(api: Api, call: Call) -> Answer:
        version = list_version(api, call, beside=api.node.knows_the_past)
        if same := unchanged(call, version):
            return same
        answer = await handler(api, call)
        return msgspec.structs.replace(answer, headers={**answer.headers, "etag": version})

    return asked
