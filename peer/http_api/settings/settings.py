"""The shop's settings: shown and changed. One document, one version (ETag)."""

from typing import Any

from crdt_models.documents.settings.commands import ChangeSettings, settings_view
from crdt_models.ids import SETTINGS
from crdt_models.pedido import settings_json
from peer.http_api.api import Api, execute, json_answer, quoted, replay_header, unchanged
from peer.http_api.settings.bodies import SettingsBody
from peer.node.requests import Outcome
from peer.service.routes import Answer, Call


async def show_settings(api: Api, call: Call) -> Answer:
    """GET /api/configuracoes."""
    version = quoted(api.node.version(SETTINGS))
    if same := unchanged(call, version):
        return same
    return _shown(api)


async def change_settings(api: Api, call: Call) -> Answer:
    """PUT and PATCH /api/configuracoes: both change what is given and leave the rest."""
    values = call.body_as(SettingsBody).values(settings_view(api.node.view))
    return _shown(api, await execute(api, call, ChangeSettings(values=values), SETTINGS))


def shown_settings(api: Api) -> dict[str, Any]:
    """The configuracoes as this terminal knows them."""
    shown = settings_json(settings_view(api.node.view))
    return {**shown, "version": api.node.version(SETTINGS)}


def _shown(api: Api, outcome: Outcome | None = None) -> Answer:
    shown = shown_settings(api)
    headers = {"etag": quoted(shown["version"]), **replay_header(outcome)}
    return json_answer(shown, headers=headers)
