"""How a command speaks with the terminal that runs on the same machine.

Rules of this file:
1. Address and key are files in MALHA_HOME that only its user can read, written anew at each start.
   They may be left over from a boot that was killed: nobody there, or somebody who does not know
   the key, means that no terminal runs.
2. No proxy is ever used and no redirect followed: the key is for this machine only. The standard
   library's client does neither, and a command that asks one question starts at once.
3. What the terminal refuses is told in its own words.
"""

import http
import http.client
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from crdt_models.errors import MalhaError
from peer.config import ADMIN_TOKEN, API_ADDRESS

ANSWER_SECONDS = 10.0  # an order takes milliseconds; a disk that hangs, seconds
JSON = "application/json"


class NoTerminalRunning(MalhaError):
    """The command needs a terminal that runs on this machine."""

    code = "no_terminal_running"
    sentence = "No terminal runs on this machine."
    cure = "Start it with `malha run`."


class TerminalUnreachable(MalhaError):
    """A terminal runs, or something runs where it ran, and there is no answer to be had."""

    code = "terminal_unreachable"
    sentence = "The terminal at {address} gave no answer: {reason}."
    cure = "Wait a moment and try again; if it persists, restart the terminal."


class RefusedByTerminal(MalhaError):
    """The running terminal refused what the command asked of it, in its own words."""

    code = "refused_by_terminal"
    sentence = "{title} ({problem})."


class File(msgspec.Struct, frozen=True):
    """A body that is sent as it is. seconds: how long its answer may take."""

    content: bytes
    media_type: str
    seconds: float = ANSWER_SECONDS


def administer(home: Path, method: str, path: str, body: object = None) -> dict[str, Any] | None:
    """What the terminal of `home` answers; None when none runs.

    body: sent as JSON, unless it is a `File`. Raises RefusedByTerminal and TerminalUnreachable.
    """
    try:
        token = (home / ADMIN_TOKEN).read_text(encoding="ascii")
        address = (home / API_ADDRESS).read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    try:
        status, value = _exchange(address, method, path, body, token)
    except ConnectionRefusedError:
        return None
    except (OSError, http.client.HTTPException, msgspec.DecodeError) as error:
        raise TerminalUnreachable(address=address, reason=type(error).__name__) from error
    if status == http.HTTPStatus.UNAUTHORIZED:
        return None  # the files are of a boot that was killed; somebody else listens there now
    if status >= http.HTTPStatus.BAD_REQUEST:
        raise RefusedByTerminal(
            title=str(value.get("title", "")),
            problem=str(value.get("code", status)),
            detail=str(value.get("detail", "")),
            cure=str(value.get("como_resolver", "")),
        )
    return value


def _exchange(
    address: str, method: str, path: str, body: object, token: str
) -> tuple[int, dict[str, Any]]:
    """(status, members of the JSON answer). Raises OSError, HTTPException, DecodeError."""
    if body is not None and not isinstance(body, File):
        body = File(msgspec.json.encode(body), JSON)
    seconds = ANSWER_SECONDS if body is None else body.seconds
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=seconds)
    headers = {"x-api-key": token}
    if body is not None:
        headers["content-type"] = body.media_type
    try:
        connection.request(method, path, None if body is None else body.content, headers)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    return answer.status, msgspec.json.decode(text, type=dict[str, Any]) if text else {}
