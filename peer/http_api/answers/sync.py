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


class AtrasoDeAutor(AnswerShape, frozen=True, kw_only=True):
    """Até onde os dois terminais têm o que um terminal gravou. `aqui`, `la`: números de sequência;
    a diferença é quantas alterações faltam a quem tem menos."""

    dispositivo: str
    letras: str
    aqui: int
    la: int


class Atraso(AnswerShape, frozen=True, kw_only=True):
    """O que falta entre este terminal e um outro da loja.

    `caminho`: letras dos terminais ligados a este que também estão ligados a ele; ele mesmo, se a
    ligação é direta; vazio: nenhum · `falta_receber`: do que ele gravou, quanto se sabe que existe
    e ainda não chegou · `iguais`: os dois têm exatamente o mesmo; nulo, como os seguintes, sem
    ligação direta · `buscando`: alterações que ele tem e este pede · `falta_la`: alterações que
    este tem e ele não disse ter · `autores`: os terminais em que os dois diferem ·
    `proxima_acao_texto`: o que vai acontecer, para mostrar.
    """

    dispositivo: str
    letras: str
    ligado: bool
    caminho: list[str]
    visto_em: str | None
    falta_receber: int
    iguais: bool | None
    buscando: int | None
    falta_la: int | None
    autores: list[AtrasoDeAutor]
    ida_e_volta_ms: int | None
    diferenca_relogio_ms: int | None
    proxima_acao: Literal["nada", "receber", "enviar", "esperar", "ligar"]
    proxima_acao_texto: str


class Malha(AnswerShape, frozen=True, kw_only=True):
    """`ligacoes`: os ligados agora · `conhecidos`: todos os outros da loja, ligados ou não, também
    os que foram admitidos e ainda não gravaram · `atrasos`: o que falta entre este e cada um."""

    ligacoes: list[Ligacao]
    total: int
    conhecidos: list[TerminalConhecido]
    atrasos: list[Atraso]


class Anunciado(AnswerShape, frozen=True, kw_only=True):
    """Quantos terminais a loja tem agora, este incluído, pelo que se sabe aqui."""

    membros: int


class AlteracaoFaltando(AnswerShape, frozen=True, kw_only=True):
    """Uma alteração que outra cita e que não chegou; `dispositivo` e `letras`: de quem a cita."""

    alteracao: str
    citada_por: str
    dispositivo: str
    letras: str


class NaoEntendido(AnswerShape, frozen=True, kw_only=True):
    """Um documento com fatos que este programa precisa entender e não entende, e os tipos deles."""

    documento: str
    fatos: list[str]
    tipos: list[str]


class Retidas(AnswerShape, frozen=True, kw_only=True):
    """O que se guarda sem poder usar, e o que falta.

    `esperando_autor`: alterações cujo autor ainda não se apresentou · `recusadas`: bytes que não
    são alterações autênticas desta loja, desde que o programa iniciou · `em_quarentena`: pedidos e
    alterações postos de lado por um defeito nosso, desde então; o registro diz mais ·
    `recusadas_pela_nuvem`: nulo sem nuvem · `nao_entendidos`: esperam um programa mais novo.
    """

    esperando_autor: int
    recusadas: int
    em_quarentena: int
    recusadas_pela_nuvem: int | None
    faltando: list[AlteracaoFaltando]
    total_faltando: int
    nao_entendidos: list[NaoEntendido]


class LinhaDoRegistro(AnswerShape, frozen=True, kw_only=True):
    """Uma linha. `evento`: o que houve; a linha inteira, se não foi este programa que a fez."""

    em: str
    nivel: Literal["debug", "info", "warning", "error", "critical", ""]
    evento: str
    dados: dict[str, str]


class LinhasDoRegistro(AnswerShape, frozen=True, kw_only=True):
    """`total`: quantas vieram."""

    linhas: list[LinhaDoRegistro]
    total: int
