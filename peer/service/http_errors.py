"""What is wrong with a request before any command sees it. Each has a row in `problems`.

None of these says more than the caller already knows: whether a key exists, for instance, is the
same answer as whether it is valid.
"""

from crdt_models.errors import MalhaError


class RequestError(MalhaError):
    """The request itself is refused."""

    code = "bad_request"
    sentence = "The request is refused: {reason}."


class TwoLengths(RequestError):
    """Content-Length and Transfer-Encoding together: two readers would cut the body differently."""

    code = "two_lengths"
    sentence = "The request has both Content-Length and Transfer-Encoding."


class InvalidJson(RequestError):
    """The body is not JSON that we take: malformed, too deep, or with values out of range."""

    code = "invalid_json"
    sentence = "The body is not acceptable JSON: {reason}."


class InvalidField(RequestError):
    """One field of the body or the query is missing or has the wrong form."""

    code = "invalid_field"
    sentence = "The field {field} is not valid: {reason}."


class NotJson(RequestError):
    """The body's media type is not the one the route takes."""

    code = "unsupported_media_type"
    sentence = "The body must be {expected}."


class BodyTooLarge(RequestError):
    """The body exceeds the route's limit. It was not read to its end."""

    code = "body_too_large"
    sentence = "The body is larger than {limit} bytes."


class BodyTooSlow(RequestError):
    """The body did not arrive in time."""

    code = "body_too_slow"
    sentence = "The body did not arrive within {seconds} seconds."


class KeyMissing(RequestError):
    """The route wants a key, and none that is valid came."""

    code = "unauthenticated"
    sentence = "A valid key is needed."


class NotPermitted(RequestError):
    """The key is valid, but its role does not reach this route."""

    code = "forbidden"
    sentence = "This key's role may not do that."


class UnknownRoute(RequestError):
    """No route has this path."""

    code = "not_found"
    sentence = "There is nothing at this address."


class MethodNotAllowed(RequestError):
    """The path exists, the method does not."""

    code = "method_not_allowed"
    sentence = "This address answers to {allowed}."


class WrongHost(RequestError):
    """The Host header names somebody else: a rebound DNS name, usually."""

    code = "wrong_host"
    sentence = "This program does not answer under that host name."


class OriginRefused(RequestError):
    """A web page of an origin that is not on the list."""

    code = "origin_refused"
    sentence = "Pages of that origin may not call this program."


class Unexpected(MalhaError):
    """A fault of ours. The log has the rest, under the same id."""

    code = "internal_error"
    sentence = "Unexpected fault {incident}."
