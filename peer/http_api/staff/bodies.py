"""What front ends send about those who work here.

Rule of this file: a PIN is only ever in a body that is no command: what a command says is hashed
into ids that others see, and a PIN is soon guessed from a hash.
"""

from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from crdt_models.documents.staff.facts import OperatorValues, Role
from crdt_models.pedido.names import ROLE
from peer.http_api.values import clean_text

Papel: TypeAlias = Literal["garcom", "caixa", "gerente", "dono"]
_ROLES: dict[str, Role] = {name: role for role, name in ROLE.items()}  # type: ignore[misc]  # the table is of plain text


def role_of(papel: Papel) -> Role:
    return _ROLES[papel]


class OperatorBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quem trabalha na loja. O primeiro é sempre dono."""

    nome: str
    papel: Papel = "garcom"


class ChangeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """O que vier é alterado. `ativo` falso: não trabalha mais aqui."""

    nome: str | UnsetType = UNSET
    papel: Papel | UnsetType = UNSET
    ativo: bool | UnsetType = UNSET

    def values(self) -> OperatorValues:
        """Raises InvalidField."""
        return OperatorValues(
            name=self.nome if isinstance(self.nome, UnsetType) else clean_text(self.nome),
            role=self.papel if isinstance(self.papel, UnsetType) else role_of(self.papel),
            active=self.ativo,
        )


class PermissionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """O menor papel que pode."""

    papel: Papel


class PinBody(msgspec.Struct, frozen=True, kw_only=True):
    """Só algarismos: ao menos 4; de gerentes e donos, 6."""

    pin: str


class AuthorisationBody(msgspec.Struct, frozen=True, kw_only=True):
    """Quem autoriza, com o PIN que tem neste terminal; e o que outro pode fazer uma vez."""

    operador_id: str
    pin: str
    ato: str
    pedido_id: str


class EnterBody(msgspec.Struct, frozen=True, kw_only=True):
    """Quem entra, e o PIN que tem neste terminal."""

    operador_id: str
    pin: str
