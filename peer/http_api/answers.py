"""The shapes of what the local API answers, for its description.

Rules of this file:
1. Nothing is made from these structs: answers are plain objects, so that one encoder writes
   decimals as numbers. The tests hold every answer they receive against them.
2. What a field means stands in the tables of names of `crdt_models.pedido`, or in a docstring.
3. Members are only ever added.
"""

from decimal import Decimal
from typing import Literal

import msgspec

from crdt_models.disputes import Actor, Kind, Severity
from crdt_models.documents.fields import PaymentMethod, ServiceType
from peer.http_api.shown import SyncStatus

OrderStatus = Literal["aberto", "conta_pedida", "fechado", "pago", "cancelado"]
Stage = Literal["novo", "enviado", "preparando", "pronto", "entregue"]


class _Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Modificador(_Answer, frozen=True, kw_only=True):
    """Um adicional (ou desconto) por unidade do item."""

    nome: str
    quantidade: Decimal
    preco_unitario: Decimal
    preco_unitario_centavos: int


class Item(_Answer, frozen=True, kw_only=True):
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
    status: Literal["novo", "enviado", "preparando", "pronto", "entregue", "cancelado"]
    modificadores: list[Modificador]
    observacao: str
    etapa: int
    estacao: str
    cancelado: bool
    cancelado_apos_envio: bool
    id_externo: str | None


class Adquirente(_Answer, frozen=True, kw_only=True):
    """Quem moveu o dinheiro."""

    nome: str
    transacao: str
    autorizacao: str
    bandeira: str


class Pagamento(_Answer, frozen=True, kw_only=True):
    """Um pagamento de um pedido."""

    id: str
    forma: PaymentMethod
    valor: Decimal
    valor_centavos: int
    troco: Decimal
    troco_centavos: int
    valor_recebido: Decimal
    valor_recebido_centavos: int
    status: Literal["confirmado", "pendente", "negado", "desconhecido", "duplicado"]
    adquirente: Adquirente | None
    criado_em: str


class Estorno(_Answer, frozen=True, kw_only=True):
    """Dinheiro devolvido: de um pagamento, ou do pedido."""

    id: str
    pagamento_id: str | None
    forma: PaymentMethod
    valor: Decimal
    valor_centavos: int
    motivo: str
    criado_em: str


class Conflito(_Answer, frozen=True, kw_only=True):
    """O que só uma pessoa decide. Códigos não mudam; os textos ao lado são para mostrar.

    `titulo`, `gravidade_texto`, `quem_texto`, `opcoes_textos`: em português · `opcoes`: códigos que
    `/resolver` aceita em `escolha` · `fatos`: as provas, para devolver em `fatos`.
    """

    id: str
    tipo: Kind
    titulo: str
    assunto: str
    documento: str
    gravidade: Severity
    gravidade_texto: str
    quem: Actor
    quem_texto: str
    opcoes: list[str]
    opcoes_textos: dict[str, str]
    fatos: list[str]
    aberto: bool


class ConflitoListado(Conflito, frozen=True, kw_only=True):
    """Um conflito com o número do pedido em que está, se for um."""

    numero: str | None


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
    id_externo: str | None
    itens: list[Item]
    itens_residuais: list[Item]
    pagamentos: list[Pagamento]
    estornos: list[Estorno]
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
    fechado_em: str | None
    syncStatus: SyncStatus  # noqa: N815 - its name for front ends
    sincronizado: bool
    id_remoto: str | None
    tentativas_sync: int
    ultimo_erro: str | None
    sincronizado_em: str | None


class Pedidos(_Answer, frozen=True, kw_only=True):
    """Uma página de pedidos. `total`: de todas as páginas · `proximo`: para `desde`, ou nulo."""

    pedidos: list[Pedido]
    total: int
    proximo: str | None


class Posicao(_Answer, frozen=True, kw_only=True):
    """Lugar na planta do salão."""

    x: int
    y: int


class Reserva(_Answer, frozen=True, kw_only=True):
    """Para quem, e até quando (ms desde 1970, ou nulo)."""

    nome: str
    ate_ms: int | None


class Mesa(_Answer, frozen=True, kw_only=True):
    """Uma mesa do salão. `version` cobre todas as mesas: estão em um documento só."""

    id: str
    numero: str
    nome: str
    area_id: str | None
    area: str | None
    lugares: int
    posicao: Posicao
    garcom: str | None
    status: Literal["inativa", "ocupada", "limpeza", "reservada", "livre"]
    reserva: Reserva | None
    limpeza: bool
    ativa: bool
    pedidos: list[str]
    version: str
    updatedAt: str  # noqa: N815 - its name for front ends


class Area(_Answer, frozen=True, kw_only=True):
    """Uma área do salão."""

    id: str
    nome: str


class Mesas(_Answer, frozen=True, kw_only=True):
    """Todas as mesas e áreas."""

    mesas: list[Mesa]
    areas: list[Area]
    total: int


class Conflitos(_Answer, frozen=True, kw_only=True):
    """Uma página de conflitos. `total`: desta página."""

    conflitos: list[ConflitoListado]
    total: int
    proximo: str | None


class Estatisticas(_Answer, frozen=True, kw_only=True):
    """Somas de um dia de operação, ou de todos (`dia` nulo).

    `receita`: vendido, pago ou não · `recebido`: pagamentos menos estornos · `pendentes`:
    alterações que a nuvem ainda não tem; nulo sem nuvem · `digest`: igual em todo terminal que
    sabe o mesmo.
    """

    dia: str | None
    pedidos: int
    itens: int
    abertos: int
    cancelados: int
    receita: Decimal
    receita_centavos: int
    recebido: Decimal
    recebido_centavos: int
    digest: str
    posicao: int
    pendentes: int | None


class Saude(_Answer, frozen=True, kw_only=True):
    """O terminal atende. `avisos`: códigos dos que `/api/sync/status` explica."""

    status: Literal["ok"]
    versao: str
    avisos: list[Literal["copias_demais", "disco_cheio"]]


class Terminal(_Answer, frozen=True, kw_only=True):
    """Este terminal. `numeros`: contadores desde que o programa começou."""

    letras: str
    nome: str
    loja: str
    dispositivo: str
    posicao: int
    digest: str
    versao: str
    conexoes: dict[str, int]
    numeros: dict[str, int]


class Aviso(_Answer, frozen=True, kw_only=True):
    """O que uma pessoa precisa saber porque nada o conserta sozinho. `letras`: do terminal de que
    se trata, vazio se não se sabe quem é."""

    codigo: Literal["copias_demais", "disco_cheio"]
    mensagem: str
    dispositivo: str
    letras: str


class SituacaoNuvem(_Answer, frozen=True, kw_only=True):
    """Situação com a nuvem. Sem nuvem só há `configurado`, `situacao`, `pendentes` e `avisos`.

    `avisos`: do disco deste terminal e da sincronização entre os terminais, com nuvem ou sem.
    """

    avisos: list[Aviso]
    configurado: bool
    situacao: Literal[
        "sem_nuvem",
        "aguardando",
        "sincronizando",
        "sincronizado",
        "com_divergencia",
        "offline",
        "erro",
    ]
    pendentes: int
    conectado: bool | msgspec.UnsetType = msgspec.UNSET
    nuvem: str | msgspec.UnsetType = msgspec.UNSET
    tentativas: int | msgspec.UnsetType = msgspec.UNSET
    ultima_sincronizacao: str | msgspec.UnsetType | None = msgspec.UNSET
    ultima_tentativa: str | msgspec.UnsetType | None = msgspec.UNSET
    ultimo_erro: str | msgspec.UnsetType | None = msgspec.UNSET


class Pendentes(_Answer, frozen=True, kw_only=True):
    """Alterações que a nuvem ainda não tem. `total`: o mesmo número."""

    pendentes: int
    total: int


class SincronizacaoPedida(_Answer, frozen=True, kw_only=True):
    """Se uma troca com a nuvem foi pedida, e por que não."""

    iniciado: bool
    mensagem: str


class Troca(_Answer, frozen=True, kw_only=True):
    """Uma troca com a nuvem."""

    id: int
    tipo: str
    operacao: str
    dados: str
    sucesso: bool
    erro: str | None
    criado_em: str | None


class Trocas(_Answer, frozen=True, kw_only=True):
    """As últimas trocas, a mais nova primeiro."""

    log: list[Troca]
    total: int


class Ligacao(_Answer, frozen=True, kw_only=True):
    """Um outro terminal, ligado agora."""

    dispositivo: str
    letras: str
    nome: str
    endereco: str
    estado: Literal["ligado", "clone"]
    discado_por_nos: bool
    desde: str | None


class TerminalConhecido(_Answer, frozen=True, kw_only=True):
    """Um membro da loja, ligado a este agora ou não: letras, nome e papel são os do certificado.

    `admitido_por`: letras do administrador; nulo: o código de recuperação · `programa`: vazio se
    nunca gravou · `iniciado_em` e `alterou_em`: quando começou a gravar e sua última alteração que
    chegou aqui, pelo relógio dele · `ligado_em`: até quando esteve ligado a este, desde que este
    iniciou · `visto_em`: o mais recente dos dois últimos que não esteja no futuro.
    """

    dispositivo: str
    letras: str
    nome: str
    papel: Literal["administrador", "terminal"]
    admitido_por: str | None
    admitido_em: str | None
    vence_em: str | None
    programa: str
    iniciado_em: str | None
    alterou_em: str | None
    ligado_em: str | None
    visto_em: str | None
    ligado: bool


class Malha(_Answer, frozen=True, kw_only=True):
    """`ligacoes`: os ligados agora · `conhecidos`: todos os outros da loja, ligados ou não, também
    os que foram admitidos e ainda não gravaram."""

    ligacoes: list[Ligacao]
    total: int
    conhecidos: list[TerminalConhecido]


class Anunciado(_Answer, frozen=True, kw_only=True):
    """Quantos terminais a loja tem agora, este incluído, pelo que se sabe aqui."""

    membros: int


class Acompanhantes(_Answer, frozen=True, kw_only=True):
    """Quantos acompanham ao vivo."""

    total_connections: int
    connections_by_type: dict[str, int]
    active_types: list[str]


class FrontEndConhecido(_Answer, frozen=True, kw_only=True):
    """Um front-end com chave."""

    nome: str
    papel: Literal["front_end", "admin"]


class FrontEndsConhecidos(_Answer, frozen=True, kw_only=True):
    """Os front-ends com chave, sem as chaves."""

    front_ends: list[FrontEndConhecido]
    total: int


class ChaveEmitida(_Answer, frozen=True, kw_only=True):
    """A única resposta que mostra a chave."""

    nome: str
    chave: str
