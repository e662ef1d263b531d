"""The shapes of what the local API answers, for its description. A file a subject.

Rules of this folder:
1. Nothing is made from these structs: answers are plain objects, so that one encoder writes
   decimals as numbers. The tests hold every answer they receive against them.
2. What a field means stands in the tables of names of `crdt_models.pedido`, or in a docstring.
3. Members are only ever added.
"""

from peer.http_api.answers.cards import Cartoes, Comanda, Comandas
from peer.http_api.answers.cash import Caixa, Caixas, RelatorioCaixa
from peer.http_api.answers.catalog import (
    CardapioMudou,
    GrupoOpcoes,
    Insumo,
    Opcao,
    PrecoPorHora,
    Produto,
    Produtos,
)
from peer.http_api.answers.catalog_intake import (
    CodigoLido,
    Importacao,
    ItemLido,
    LinhaImportada,
    LinhaRecusada,
)
from peer.http_api.answers.customers import Cliente, Clientes, Extrato, Movimento, Recebimento
from peer.http_api.answers.dining_room import (
    Area,
    Atendimento,
    Designacao,
    Espera,
    Grupo,
    Mesa,
    Mesas,
    Posicao,
    Reserva,
    Reservas,
)
from peer.http_api.answers.disputes import Conflito, Conflitos
from peer.http_api.answers.evidence import (
    Auditoria,
    ConflitoComProvas,
    Decisao,
    EscolhaOferecida,
    FatoContado,
    PedidoEmConflito,
)
from peer.http_api.answers.kitchen import Cozinha, EstacaoCozinha, FichaCozinha
from peer.http_api.answers.orders import (
    Adquirente,
    Entrega,
    Estorno,
    Item,
    Modificador,
    OrderStatus,
    Pagamento,
    Pedido,
    Pedidos,
    PedidoTransferido,
    Stage,
    Transferencia,
)
from peer.http_api.answers.reports import Estatisticas, RelatorioVendas
from peer.http_api.answers.settings import Configuracoes, EstacaoDaLoja, Impressora
from peer.http_api.answers.stock import (
    Estoque,
    EstoqueContado,
    EstoqueLocal,
    EstoqueMudou,
    EstoqueProduto,
)
from peer.http_api.answers.sync import (
    Anunciado,
    Ligacao,
    Malha,
    Pendentes,
    SincronizacaoPedida,
    SituacaoNuvem,
    TerminalConhecido,
    Troca,
    Trocas,
)
from peer.http_api.answers.system import (
    Acompanhantes,
    Aviso,
    ChaveEmitida,
    FrontEndConhecido,
    FrontEndsConhecidos,
    Saude,
    Terminal,
)

__all__ = [
    "Cartoes",
    "Comanda",
    "Comandas",
    "Estoque",
    "EstoqueContado",
    "EstoqueLocal",
    "EstoqueMudou",
    "EstoqueProduto",
    "CodigoLido",
    "Importacao",
    "ItemLido",
    "LinhaImportada",
    "LinhaRecusada",
    "Adquirente",
    "Entrega",
    "Estorno",
    "Item",
    "Modificador",
    "OrderStatus",
    "Pagamento",
    "Pedido",
    "Pedidos",
    "PedidoTransferido",
    "Transferencia",
    "Stage",
    "Cozinha",
    "EstacaoCozinha",
    "FichaCozinha",
    "Caixa",
    "Caixas",
    "Cliente",
    "RelatorioCaixa",
    "Clientes",
    "Extrato",
    "Movimento",
    "Recebimento",
    "Conflito",
    "Auditoria",
    "ConflitoComProvas",
    "Decisao",
    "EscolhaOferecida",
    "FatoContado",
    "PedidoEmConflito",
    "Conflitos",
    "Area",
    "Mesa",
    "Mesas",
    "Posicao",
    "Reserva",
    "CardapioMudou",
    "GrupoOpcoes",
    "Insumo",
    "Opcao",
    "PrecoPorHora",
    "Produto",
    "Produtos",
    "Reservas",
    "Espera",
    "Grupo",
    "Atendimento",
    "Designacao",
    "Estatisticas",
    "RelatorioVendas",
    "Configuracoes",
    "EstacaoDaLoja",
    "Impressora",
    "Acompanhantes",
    "Aviso",
    "ChaveEmitida",
    "FrontEndConhecido",
    "FrontEndsConhecidos",
    "Saude",
    "Terminal",
    "Anunciado",
    "Ligacao",
    "Malha",
    "Pendentes",
    "SincronizacaoPedida",
    "SituacaoNuvem",
    "TerminalConhecido",
    "Troca",
    "Trocas",
]
