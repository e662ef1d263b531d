import msgspec
import pytest

from peer.cli.status import expiry_warning

DAY = 24 * 3600


@pytest.mark.parametrize(
    ("days", "begins", "when"),
    [
        (30, "aviso: ", "vence em 30 dias"),
        (11, "aviso: ", "vence em 11 dias"),
        (10, "cuidado: ", "vence em 10 dias"),
        (5, "atenção: ", "vence em 5 dias"),
        (1, "urgente: ", "vence em 1 dia;"),
        (0, "urgente: ", "vence hoje"),
        (-1, "urgente: ", "venceu; "),
        (-400, "urgente: ", "venceu; "),
    ],
)
def test_the_end_of_a_certificate_is_told_ever_more_urgently(shop, days, begins, when):
    certificate = shop.terminal("B").certificate
    said = expiry_warning(certificate, certificate.not_after - days * DAY)
    assert said is not None
    assert said.startswith(begins)
    assert when in said
    assert "terminal B (Caixa B)" in said
    assert "`malha invite`, sem --letters" in said
    assert "`malha join CONVITE`" in said
    assert "reinicie" in said


def test_nothing_is_said_before(shop):
    certificate = shop.terminal("B").certificate
    assert expiry_warning(certificate, certificate.not_after - 31 * DAY) is None


def test_an_admin_is_renewed_by_the_recovery_code(shop):
    certificate = shop.admin.certificate
    said = expiry_warning(certificate, certificate.not_after - 3 * DAY)
    assert said is not None
    assert "malha recover" in said
    assert "malha invite" not in said


def test_the_last_second_counts_as_today_and_the_next_as_over(shop):
    certificate = msgspec.structs.replace(shop.terminal("B").certificate, not_after=1000)
    assert "hoje" in str(expiry_warning(certificate, 1000))
    assert "venceu" in str(expiry_warning(certificate, 1001))
