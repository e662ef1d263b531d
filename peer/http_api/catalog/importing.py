"""A file of products into the catalog: `POST /api/produtos/importar`.

Rules of this file:
1. The file itself is the key: what is so already is not written, so whoever got no answer sends the
   same file again. A batch's command id is made of what it writes and of the catalog that it was
   compared with: terminals that cannot see each other and hold the same catalog write the same
   products when they are given the same file.
2. Rows are written in batches of one change each; between them others sell. When the catalog
   changed meanwhile in a way that contradicts a batch, the file is compared anew.
3. Reading and comparing may take a second and run beside everything else.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from crdt_models.catalog_files.comparison import Comparison, Writing, compared
from crdt_models.catalog_files.refusals import Refusal
from crdt_models.catalog_files.rows import ProductFile, read_csv_file, read_objects
from crdt_models.documents.catalog.commands import ImportProducts
from crdt_models.documents.catalog.errors import ProductExists, UnknownProduct
from crdt_models.documents.command import CommandTooLarge
from crdt_models.documents.staff.errors import NotAuthorised
from crdt_models.ids import CATALOG, SHORT_BYTES, CommandId, OperatorId
from peer.http_api.api import Api, json_answer, operator_of, shown_in_portuguese
from peer.http_api.shown import catalog
from peer.service.requests import media_type_of
from peer.service.routes import JSON, Answer, Call
from peer.service.strict_json import read_json

CSV = "text/csv"
MEDIA_TYPES = (CSV, JSON)
MAX_ROWS_OF_A_BATCH = 200
MAX_BYTES_OF_A_BATCH = 32 * 1024  # of a change's 64 KiB; heads and what is replaced come beside
ROUNDS = 3  # of comparing, while others write what contradicts the file
# Fields of a product as the API calls them.
_SHOWN = {
    "name": "nome",
    "unit_centavos": "preco",
    "code": "codigo",
    "category": "categoria",
    "station": "estacao",
    "tax": "fiscal",
    "barcodes": "codigos_barras",
    "sold_by": "vendido_por",
    "scale": "etiqueta_balanca",
    "active": "ativo",
    "picture": "imagem",
    "external_id": "id_externo",
}


async def import_products(api: Api, call: Call) -> Answer:
    """POST /api/produtos/importar. Raises UnreadableFile, FileTooLarge, UnknownColumns, TwoColumns,
    InvalidJson, and what contradicts the file as often as it is tried."""
    data, is_csv = call.body_as(bytes), media_type_of(call.headers) == CSV
    file = await api.environment.run_blocking(_read, data, is_csv)
    if call.flag("simular"):
        found = await _compared(api, file)
        taken = {each.line: each for each in found.writings}
        return json_answer(_report(file, found, taken, only_told=True))
    operator, written = operator_of(api, call), dict[int, Writing]()
    for left in range(ROUNDS - 1, -1, -1):
        found = await _compared(api, file)
        try:
            await _write(api, operator, found.writings, written)
            return json_answer(_report(file, found, written, only_told=False))
        except (ProductExists, UnknownProduct):
            if not left:
                raise
    raise AssertionError("the last round raises or returns")


async def _compared(api: Api, file: ProductFile) -> Comparison:
    return await api.environment.run_blocking(compared, file, catalog(api.node))


def _read(data: bytes, is_csv: bool) -> ProductFile:
    return read_csv_file(data) if is_csv else read_objects(read_json(data))


async def _write(
    api: Api,
    operator: OperatorId | None,
    writings: Sequence[Writing],
    written: dict[int, Writing],
) -> None:
    """written: gets what is durable, by line."""
    base = api.node.version(CATALOG)
    for batch in _batches(writings):
        await _write_batch(api, operator, base, batch)
        written |= {each.line: each for each in batch}


async def _write_batch(
    api: Api, operator: OperatorId | None, base: str, batch: Sequence[Writing]
) -> None:
    command = ImportProducts(
        rows=tuple(each.values for each in batch), products=tuple(each.product for each in batch)
    )
    identity = hashlib.sha256(b"malha-import-v1" + base.encode() + command.fingerprint()).digest()
    try:
        await api.node.execute(
            command, command_id=CommandId(identity[:SHORT_BYTES]), operator=operator
        )
    except NotAuthorised as error:
        raise shown_in_portuguese(error) from error
    except CommandTooLarge:
        if len(batch) == 1:
            raise
        half = len(batch) // 2
        await _write_batch(api, operator, base, batch[:half])
        await _write_batch(api, operator, base, batch[half:])


def _batches(writings: Sequence[Writing]) -> Iterator[list[Writing]]:
    batch: list[Writing] = []
    size = 0
    for each in writings:
        bytes_of_it = len(msgspec.msgpack.encode(each.values))
        if batch and (
            len(batch) == MAX_ROWS_OF_A_BATCH or size + bytes_of_it > MAX_BYTES_OF_A_BATCH
        ):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += bytes_of_it
    if batch:
        yield batch


def _report(
    file: ProductFile, found: Comparison, taken: Mapping[int, Writing], *, only_told: bool
) -> dict[str, Any]:
    refused = {each.line for each in found.refusals}
    lines = [_line(each) for _, each in sorted(taken.items())]
    new = sum(each["situacao"] == "novo" for each in lines)
    return {
        "simulado": only_told,
        "lidas": found.read,
        "novos": new,
        "alterados": len(lines) - new,
        "iguais": found.read - len(lines) - len(refused),
        "recusadas": len(refused),
        "colunas_ignoradas": list(file.ignored),
        "linhas": lines,
        "recusas": [_refusal(each) for each in found.refusals],
    }


def _line(writing: Writing) -> dict[str, Any]:
    is_new = writing.product is None
    return {
        "linha": writing.line,
        "nome": writing.name,
        "situacao": "novo" if is_new else "alterado",
        "campos": [] if is_new else [_SHOWN[field] for field in writing.fields],
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "linha": refusal.line,
        "campo": refusal.field,
        "valor": refusal.value,
        "codigo": refusal.why,
        "motivo": refusal.reason,
        "como_resolver": refusal.cure,
    }
