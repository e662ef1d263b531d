"""Requests that are refused before any command sees them, the disk, foreign bytes, the relay."""

from peer.service.problem_texts.text import AGAIN, FIX, Text

REQUESTS = {
    "bad_request": Text(400, "Requisição inválida", "Confira a documentação em /openapi.json."),
    "two_lengths": Text(
        400, "Tamanho do corpo ambíguo", "Envie Content-Length ou Transfer-Encoding, não os dois."
    ),
    "invalid_json": Text(
        400,
        "JSON inválido",
        "Envie JSON em UTF-8, com até 16 níveis e números menores que 2^53.",
        "O corpo não é um JSON aceitável: {reason}.",
    ),
    "invalid_field": Text(422, "Campo inválido", FIX, "O campo {field} não é válido: {reason}."),
    "unsupported_media_type": Text(
        415,
        "Tipo de conteúdo não aceito",
        "Envie o cabeçalho Content-Type pedido.",
        "O corpo precisa ser {expected}.",
    ),
    "body_too_large": Text(
        413, "Corpo grande demais", "Divida o envio.", "O limite é de {limit} bytes."
    ),
    "body_too_slow": Text(
        408, "O corpo demorou demais", AGAIN, "O corpo não chegou em {seconds} segundos."
    ),
    "unauthenticated": Text(
        401,
        "Chave ausente ou inválida",
        "Envie a chave deste terminal em x-api-key ou em Authorization: Bearer.",
    ),
    "forbidden": Text(403, "Chave sem permissão", "Use uma chave com o papel exigido."),
    "not_found": Text(404, "Endereço inexistente", "Confira o caminho em /openapi.json."),
    "method_not_allowed": Text(
        405, "Método não aceito", "Use um dos métodos aceitos.", "Este endereço aceita {allowed}."
    ),
    "wrong_host": Text(
        421,
        "Nome de servidor desconhecido",
        "Acesse por 127.0.0.1 ou localhost, com a porta configurada.",
    ),
    "origin_refused": Text(
        403, "Página de origem não autorizada", "Inclua a origem em MALHA_ORIGINS, se ela for sua."
    ),
    "internal_error": Text(
        500,
        "Falha inesperada",
        "Tente de novo; se persistir, informe o código da falha ao suporte.",
        "Falha {incident}. Os pormenores estão no registro (log).",
    ),
}

STORAGE = {
    "not_durable": Text(503, "Não foi possível gravar", AGAIN),
    "disk_full": Text(
        503,
        "Disco cheio",
        "Libere espaço no disco e tente de novo. Nada do que foi confirmado se perdeu.",
    ),
    "storage_broken": Text(
        503,
        "Falha no disco",
        "O programa vai reiniciar e conferir os dados. Se repetir, troque o disco.",
    ),
    "bad_cursor": Text(400, "Cursor inválido", "Peça de novo a primeira página, sem cursor."),
}
_PROGRAM = "Atualize os dois programas; se já estão atualizados, o remetente está com defeito."
BYTES = {
    "refused_bytes": Text(400, "Dados recusados", _PROGRAM),
    "not_canonical": Text(400, "CBOR fora da forma canônica", _PROGRAM),
    "malformed_change": Text(400, "Alteração malformada", _PROGRAM),
    "malformed_message": Text(400, "Mensagem malformada", _PROGRAM),
    "bad_signature": Text(400, "Assinatura inválida", _PROGRAM),
    "untrusted_certificate": Text(
        403, "Certificado que não é desta loja", "Pareie o terminal com um convite desta loja."
    ),
    "too_many_tips": Text(
        409, "Ramificações demais de um terminal", "Decida no painel qual máquina é a verdadeira."
    ),
}

RELAY = {
    "not_authenticated": Text(
        401,
        "Token ausente ou inválido",
        "Envie o token do estabelecimento em Authorization: Bearer.",
    ),
    "too_many_requests": Text(
        429,
        "Requisições demais",
        "Espere o tempo indicado em Retry-After.",
        "Tente de novo em {seconds} segundos.",
    ),
    "unknown_site": Text(
        404, "Estabelecimento desconhecido", "Confira o token do relay (API_NUVEM_TOKEN)."
    ),
}
