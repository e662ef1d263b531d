"""The cloud and the other terminals, as answers."""

from typing import Literal

import msgspec

from peer.http_api.answers.answer_shape import AnswerShape
from peer.http_api.answers.system import Aviso


class SituacaoNuvem(AnswerShape, frozen=True, kw_only=True):
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


class Pendentes(AnswerShape, frozen=True, kw_only=True):
    """Alterações que a nuvem ainda não tem. `total`: o mesmo número."""

    pendentes: int
    total: int


class SincronizacaoPedida(AnswerShape, frozen=True, kw_only=True):
    """Se uma troca com a nuvem foi pedida, e por que não."""

    iniciado: bool
    mensagem: str


class Troca(AnswerShape, frozen=True, kw_only=True):
    """Uma troca com a nuvem."""

    id: int
    tipo: str
    operacao: str
    dados: str
    sucesso: bool
    erro: str | None
    criado_em: str | None


class Trocas(AnswerShape, frozen=True, kw_only=True):
    """As últimas trocas, a mais nova primeiro."""

    log: list[Troca]
    total: int


class Ligacao(AnswerShape, frozen=True, kw_only=True):
    """Um outro terminal, ligado agora."""

    dispositivo: str
    letras: str
    nome: str
    endereco: str
    estado: Literal["ligado", "clone"]
    discado_por_nos: bool
    desde: str | None


class TerminalConhecido(AnswerShape, frozen=True, kw_only=True):
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


class Malha(AnswerShape, frozen=True, kw_only=True):
    """`ligacoes`: os ligados agora · `conhecidos`: todos os outros da loja, ligados ou não, também
    os que foram admitidos e ainda não gravaram."""

    ligacoes: list[Ligacao]
    total: int
    conhecidos: list[TerminalConhecido]


class Anunciado(AnswerShape, frozen=True, kw_only=True):
    """Quantos terminais a loja tem agora, este incluído, pelo que se sabe aqui."""

    membros: int
