"""`malha status`: the terminal that runs here, its links, the other members, what will expire."""

from typing import Any

import click
import msgspec

from crdt_models.certificates import ADMIN, Certificate
from peer.cli.program import Command, administer, config

_DAY_SECONDS = 24 * 3600
# Days left → how it is said. A shop notices within a week what its screens say for a month.
_URGENCY = ((1, "urgente"), (5, "atenção"), (10, "cuidado"), (30, "aviso"))
_RENEW = (
    "renove-o com `malha invite`, sem --letters, no terminal de um administrador e"
    " `malha join CONVITE` neste; depois reinicie-o"
)
_RENEW_ADMIN = "torne outro terminal administrador com `malha recover` e o código de recuperação"


@click.command(cls=Command)
@click.option("--json", "as_json", is_flag=True, help="Escreve JSON, para programas.")
def status(as_json: bool) -> None:
    """Mostra o estado do terminal que está ligado neste computador."""
    from peer.administration import NoTerminalRunning

    terminal = administer("GET", "/api/terminal")
    mesh = administer("GET", "/api/sync/malha")
    relay = administer("GET", "/api/sync/status")
    if terminal is None or mesh is None or relay is None:
        raise NoTerminalRunning
    warnings = [*(each["mensagem"] for each in relay["avisos"]), *_warnings()]
    if as_json:
        whole = {"terminal": terminal, "malha": mesh, "nuvem": relay, "avisos": warnings}
        click.echo(msgspec.json.format(msgspec.json.encode(whole), indent=2).decode())
        return
    click.echo(f"terminal  {terminal['letras']} {terminal['nome']}  versão {terminal['versao']}")
    click.echo(f"loja      {terminal['loja']}")
    click.echo(f"registro  {terminal['posicao']} alterações  digest {terminal['digest']}")
    for link in mesh["ligacoes"]:
        click.echo(f"ligado a  {link['letras']} {link['nome']}  {link['endereco']}")
    if not mesh["ligacoes"]:
        click.echo("ligado a  nenhum outro terminal")
    for member in mesh["conhecidos"]:
        if not member["ligado"]:
            click.echo(f"ausente   {member['letras']} {member['nome']}  {_seen(member)}")
    click.echo(f"nuvem     {_relay_line(relay)}")
    for warning in warnings:
        click.echo(warning)


def _seen(member: dict[str, Any]) -> str:
    if member["visto_em"] is not None:
        return f"visto em {member['visto_em']}"
    if member["alterou_em"] is not None:
        return f"visto por último não se sabe quando; o relógio dele disse {member['alterou_em']}"
    return "nunca visto aqui"


def _relay_line(relay: dict[str, Any]) -> str:
    if not relay["configurado"]:
        return "não configurada"
    state = "conectada" if relay["conectado"] else "sem conexão"
    return f"{state}  {relay['pendentes']} pendentes"


def _warnings() -> list[str]:
    from peer.environment import RealEnvironment
    from peer.identity import load
    from peer.identity.membership import time_floor

    chain = load(config().home).chain
    now = time_floor(RealEnvironment().wall_ms() // 1000)
    first = min(chain.certificates, key=lambda each: each.not_after)
    warning = expiry_warning(first, now)
    return [] if warning is None else [warning]


def expiry_warning(certificate: Certificate, now_seconds: int) -> str | None:
    """What to say of a certificate that ends within 30 days, or has ended; None: nothing yet."""
    left = (certificate.not_after - now_seconds) // _DAY_SECONDS
    urgency = next((word for days, word in _URGENCY if left <= days), None)
    if urgency is None:
        return None
    cure = _RENEW_ADMIN if certificate.role == ADMIN else _RENEW
    whose = f"o certificado do terminal {certificate.letters} ({certificate.name})"
    if certificate.not_after < now_seconds:
        return f"{urgency}: {whose} venceu; ele vende, mas não se liga aos outros: {cure}"
    when = {0: "hoje", 1: "em 1 dia"}.get(left, f"em {left} dias")
    return f"{urgency}: {whose} vence {when}; depois não se liga aos outros: {cure}"
