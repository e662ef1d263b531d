"""Orders as answers."""

from decimal import Decimal
from typing import Literal

import msgspec

from crdt_models.documents.fields import AnyMethod, ServiceType
from peer.http_api.answers.answer_shape import AnswerShape
from peer.http_api.answers.charges import Desconto, Gorjeta, Parte, Taxa
from peer.http_api.answers.disputes import Conflito
from peer.http_api.shown import SyncStatus

OrderStatus = Literal["aberto", "conta_pedida", "fechado", "pago", "cancelado", "juntado"]
Stage = Literal["novo", "enviado", "preparando", "pronto", "entregue"]


class Modificador(AnswerShape, frozen=True, kw_only=True):
    """Um adicional (ou desconto) por unidade do item, ou uma parte dele (`produto_id`)."""

    nome: str
    produto_id: str | None
    quantidade: Decimal
    preco_unitario: Decimal
    preco_unitario_centavos: int


class Item(AnswerShape, frozen=True, kw_only=True):
    """Um item de um pedido."""

    id: str
    produto_id: str | None
    nome: str
    categoria: str | None
    quantidade: Decimal
    quantidade_milesimos: int
    quantidade_cancelada: Decimal
    preco_unitario: Decimal
    preco_unitario_centavos: int
    preco_unitario_com_modificadores: Decimal
    preco_unitario_com_modificadores_centavos: int
    total: Decimal
    total_centavos: int
    desconto: Decimal
    desconto_centavos: int
    status: Literal["novo", "enviado", "preparando", "pronto", "entregue", "cancelado"]
    modificadores: list[Modificador]
    observacao: str
    etapa: int
    estacao: str
    disparado: bool
    enviado_em: str | None
    pedido_origem_id: str | None
    cancelado: bool
    cancelado_apos_envio: bool
    id_externo: str | None


class Adquirente(AnswerShape, frozen=True, kw_only=True):
    """Quem moveu o dinheiro."""

    nome: str
    transacao: str
    autorizacao: str
    bandeira: str


class Pagamento(AnswerShape, frozen=True, kw_only=True):
    """Um pagamento de um pedido."""

    id: str
    forma: AnyMethod
    valor: Decimal
    valor_centavos: int
    troco: Decimal
    troco_centavos: int
    gorjeta: Decimal
    gorjeta_centavos: int
    valor_recebido: Decimal
    valor_recebido_centavos: int
    parte_id: str | None
    status: Literal["confirmado", "pendente", "negado", "desconhecido", "duplicado"]
    adquirente: Adquirente | None
    observacao: str
    cliente_id: str | None
    criado_em: str


class Estorno(AnswerShape, frozen=True, kw_only=True):
    """Dinheiro devolvido: de um pagamento, ou do pedido."""

    id: str
    pagamento_id: str | None
    forma: AnyMethod
    valor: Decimal
    valor_centavos: int
    motivo: str
    criado_em: str


class Entrega(AnswerShape, frozen=True, kw_only=True):
    """Para quem e para onde vai um pedido. Dados pessoais: só aqui são mostrados."""

    nome: str
    telefone: str
    logradouro: str
    numero: str
    complemento: str
    bairro: str
    cidade: str
    cep: str
    referencia: str


class Pedido(msgspec.Struct, frozen=True, kw_only=True):
    """Um pedido. Além destes campos há um por marca usada (financeiro, embalado …), true ou false.

    `syncStatus`, `sincronizado`, `id_remoto`, `tentativas_sync`, `ultimo_erro`, `sincronizado_em`:
    o que este terminal sabe da nuvem · `mesa_nome`: o nome da mesa, se há uma.
    """

    id: str
    numero: str | None
    numeros_alternativos: list[str]
    tipo: ServiceType | None
    status: OrderStatus
    status_conta: OrderStatus
    status_producao: Stage
    status_fiscal: str
    mesa_id: str | None
    mesa_nome: str | None
    comanda: str | None
    comanda_id: str | None
    garcom: str | None
    cliente: str | None
    pessoas: int | None
    observacao: str | None
    entrega: Entrega | None
    id_externo: str | None
    itens: list[Item]
    itens_residuais: list[Item]
    pagamentos: list[Pagamento]
    estornos: list[Estorno]
    subtotal: Decimal
    subtotal_centavos: int
    desconto: Decimal
    desconto_centavos: int
    descontos: list[Desconto]
    taxas: list[Taxa]
    taxa_servico: Decimal
    taxa_servico_centavos: int
    taxa_servico_percentual: Decimal
    gorjeta: Decimal
    gorjeta_centavos: int
    gorjetas: list[Gorjeta]
    divisao: list[Parte]
    total: Decimal
    total_centavos: int
    pago: Decimal
    pago_centavos: int
    saldo: Decimal
    saldo_centavos: int
    residual_centavos: int
    financeiro: bool
    producao: bool
    expedicao: bool
    flags: dict[str, bool]
    conflitos: list[Conflito]
    precisa_atualizar: bool
    version: str
    versao: int
    originNodeId: str | None  # noqa: N815 - its name for front ends
    data_operacao: str | None
    dia_operacao: int | None
    criado_em: str | None
    createdAt: str | None  # noqa: N815 - its name for front ends
    atualizado_em: str
    updatedAt: str  # noqa: N815 - its name for front ends
    juntado_a: str | None
    fechado_em: str | None
    syncStatus: SyncStatus  # noqa: N815 - its name for front ends
    sincronizado: bool
    id_remoto: str | None
    tentativas_sync: int
    ultimo_erro: str | None
    sincronizado_em: str | None


class Transferencia(AnswerShape, frozen=True, kw_only=True):
    """O que itens que mudaram de pedido fizeram com os totais.

    `diferenca`: quanto a soma dos dois totais mudou; descontos, serviço e mínimo do pedido não
    acompanham itens, a não ser que todo ele se junte a outro (menos o serviço, que é o do pedido
    que fica). Nula numa repetição (`Idempotency-Replayed`).
    """

    destino_id: str
    destino_total: Decimal
    destino_total_centavos: int
    diferenca: Decimal | None
    diferenca_centavos: int | None


class PedidoTransferido(Pedido, frozen=True, kw_only=True):
    """O pedido de onde itens saíram."""

    transferencia: Transferencia


class Pedidos(AnswerShape, frozen=True, kw_only=True):
    """Uma página de pedidos. `total`: de todas as páginas · `proximo`: para `desde`, ou nulo."""

    pedidos: list[Pedido]
    total: int
    proximo: str | None
