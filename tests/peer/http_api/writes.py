"""Of every route that writes: a request that it takes, and another of the same kind.

A new route gets a line in `WRITES`, or in `KEYLESS` the reason why it needs no Idempotency-Key.
`{order}` and the like are made for each request anew, by the function of that name in `Scene`.
"""

from typing import Any, NamedTuple

COFFEE = {"nome": "Café", "preco_unitario_centavos": 450, "quantidade": 2, "etapa": 1}
NOTHING: dict[str, Any] = {}
WHY = {"motivo": "engano"}
SOON_MS = 20_000 * 86_400_000 + 18 * 3_600_000


class Write(NamedTuple):
    """place: the address, with the names of what it is about · body and other: two requests."""

    place: str
    body: Any = NOTHING
    other: Any = WHY


ORDER = "/api/pedidos/{id}"
TABLE = "/api/mesas/{id}"
BOOKING = "/api/reservas/{id}"
CUSTOMER = "/api/clientes/{id}"
SHIFT = "/api/caixa/{id}"
PAYMENT = "/pagamentos/{pagamento}"
STOCK = {"itens": [{"produto_id": "{counted}", "quantidade": 3}]}
MOVED = {"origem": "", "destino": "bar"}
MORE_STOCK = {"itens": [{"produto_id": "{counted}", "quantidade": 4}]}

WRITES: dict[str, Write] = {
    "POST /api/pedidos": Write("/api/pedidos", {"itens": [COFFEE]}, {"itens": [COFFEE, COFFEE]}),
    f"PUT {ORDER}": Write("/api/pedidos/{order}", {"itens": [COFFEE]}, {"observacao": "x"}),
    f"PATCH {ORDER}": Write("/api/pedidos/{order}", {"garcom": "Ana"}, {"garcom": "Bia"}),
    f"DELETE {ORDER}": Write("/api/pedidos/{order}", None, "?motivo=saiu"),
    f"POST {ORDER}/itens": Write("/api/pedidos/{order}/itens", {"itens": [COFFEE]}, {"itens": []}),
    f"POST {ORDER}/itens/{{item}}/cancelar": Write(
        "/api/pedidos/{order}/itens/{item}/cancelar", {"quantidade": 1}, {}
    ),
    f"POST {ORDER}/transferir": Write(
        "/api/pedidos/{order}/transferir", {"comanda": "Ana"}, {"comanda": "Bia"}
    ),
    f"POST {ORDER}/itens/transferir": Write(
        "/api/pedidos/{order}/itens/transferir",
        {"destino_id": "{another}", "itens": [{"id": "{item}", "quantidade": 1}]},
        {"destino_id": "{another}", "itens": [{"id": "{item}"}]},
    ),
    f"POST {ORDER}/juntar": Write(
        "/api/pedidos/{order}/juntar", {"destino_id": "{another}"}, {"destino_id": "{third}"}
    ),
    f"POST {ORDER}/enviar": Write("/api/pedidos/{order}/enviar", {}, {"itens": ["{item}"]}),
    f"POST {ORDER}/preparando": Write("/api/pedidos/{fired}/preparando", {}, {"estacao": "bar"}),
    f"POST {ORDER}/pronto": Write("/api/pedidos/{fired}/pronto", {}, {"estacao": "bar"}),
    f"POST {ORDER}/entregue": Write("/api/pedidos/{fired}/entregue", {}, {"estacao": "bar"}),
    f"POST {ORDER}/voltar": Write(
        "/api/pedidos/{ready}/voltar", {"itens": ["{item}"]}, {"itens": ["{item}", "{item}"]}
    ),
    f"POST {ORDER}/disparar": Write("/api/pedidos/{sent}/disparar", {}, {"etapa": 2}),
    f"POST {ORDER}/segurar": Write("/api/pedidos/{fired}/segurar", {"etapa": 1}, {"etapa": 2}),
    f"POST {ORDER}/rotear": Write(
        "/api/pedidos/{order}/rotear",
        {"itens": ["{item}"], "estacao": "bar"},
        {"itens": ["{item}"], "estacao": "fogão"},
    ),
    f"POST {ORDER}/pagamentos": Write(
        "/api/pedidos/{order}/pagamentos", {"valor": 1}, {"valor": 2}
    ),
    f"POST {ORDER}{PAYMENT}/estornar": Write("/api/pedidos/{paid}/pagamentos/{payment}/estornar"),
    f"POST {ORDER}{PAYMENT}/confirmar": Write(
        "/api/pedidos/{pending}/pagamentos/{payment}/confirmar"
    ),
    f"POST {ORDER}{PAYMENT}/negar": Write("/api/pedidos/{pending}/pagamentos/{payment}/negar"),
    f"POST {ORDER}/conta": Write("/api/pedidos/{order}/conta"),
    f"POST {ORDER}/fechar": Write("/api/pedidos/{paid}/fechar"),
    f"POST {ORDER}/reabrir": Write("/api/pedidos/{closed}/reabrir"),
    f"POST {ORDER}/descontos": Write(
        "/api/pedidos/{order}/descontos", {"valor": 1, **WHY}, {"valor": 2, **WHY}
    ),
    f"POST {ORDER}/cortesia": Write("/api/pedidos/{order}/cortesia", WHY, {"motivo": "festa"}),
    f"POST {ORDER}/descontos/{{desconto}}/cancelar": Write(
        "/api/pedidos/{reduced}/descontos/{discount}/cancelar"
    ),
    f"POST {ORDER}/taxa-servico": Write(
        "/api/pedidos/{order}/taxa-servico", {"percentual": 10}, {"percentual": 12}
    ),
    f"POST {ORDER}/couvert": Write("/api/pedidos/{order}/couvert", {"valor": 5}, {"valor": 6}),
    f"POST {ORDER}/consumacao-minima": Write(
        "/api/pedidos/{order}/consumacao-minima", {"valor": 50}, {"valor": 60}
    ),
    f"POST {ORDER}/taxa-entrega": Write(
        "/api/pedidos/{order}/taxa-entrega", {"valor": 5}, {"valor": 6}
    ),
    f"POST {ORDER}/divisao": Write(
        "/api/pedidos/{order}/divisao", {"partes": [{"pessoas": 2}]}, {"partes": [{"pessoas": 3}]}
    ),
    f"POST {ORDER}/gorjetas": Write("/api/pedidos/{order}/gorjetas", {"valor": 1}, {"valor": 2}),
    f"POST {ORDER}/gorjetas/{{gorjeta}}/devolver": Write(
        "/api/pedidos/{tipped}/gorjetas/{tip}/devolver"
    ),
    f"POST {ORDER}/cancelar": Write("/api/pedidos/{order}/cancelar"),
    f"POST {ORDER}/restaurar": Write("/api/pedidos/{cancelled}/restaurar"),
    "POST /api/mesas": Write("/api/mesas", {"nome": "{name}"}, {"nome": "{name} x"}),
    "POST /api/areas": Write("/api/areas", {"nome": "{name}"}, {"nome": "{name} x"}),
    f"PUT {TABLE}": Write("/api/mesas/{table}", {"lugares": 5}, {"lugares": 6}),
    f"PATCH {TABLE}": Write("/api/mesas/{table}", {"lugares": 5}, {"lugares": 6}),
    f"POST {TABLE}/reservar": Write("/api/mesas/{table}/reservar", {"nome": "A"}, {"nome": "B"}),
    f"POST {TABLE}/liberar": Write("/api/mesas/{held}/liberar"),
    f"POST {TABLE}/limpeza": Write("/api/mesas/{table}/limpeza", {}, {"limpeza": False}),
    f"POST {TABLE}/garcom": Write("/api/mesas/{table}/garcom", {"garcom": "A"}, {"garcom": "B"}),
    f"POST {TABLE}/juntar": Write(
        "/api/mesas/{table}/juntar", {"mesas": ["{beside}"]}, {"mesas": []}
    ),
    f"POST {TABLE}/separar": Write("/api/mesas/{joined}/separar"),
    "POST /api/areas/{id}/garcom": Write(
        "/api/areas/{area}/garcom", {"garcom": "A"}, {"garcom": "B"}
    ),
    "POST /api/reservas": Write(
        "/api/reservas",
        {"nome": "Ana", "pessoas": 2, "de_ms": SOON_MS, "ate_ms": SOON_MS + 3_600_000},
        {"nome": "Bia", "pessoas": 2, "de_ms": SOON_MS, "ate_ms": SOON_MS + 3_600_000},
    ),
    f"PATCH {BOOKING}": Write("/api/reservas/{booking}", {"pessoas": 3}, {"pessoas": 4}),
    f"POST {BOOKING}/chegou": Write("/api/reservas/{booking}/chegou"),
    f"POST {BOOKING}/sentar": Write("/api/reservas/{booking}/sentar", {}, {"pedido_id": "{order}"}),
    f"POST {BOOKING}/faltou": Write("/api/reservas/{booking}/faltou"),
    f"POST {BOOKING}/cancelar": Write("/api/reservas/{booking}/cancelar"),
    f"POST {BOOKING}/restaurar": Write("/api/reservas/{unbooked}/restaurar"),
    "POST /api/comandas": Write("/api/comandas", {"de": 50, "ate": 52}, {"de": 50, "ate": 53}),
    "POST /api/comandas/retirar": Write(
        "/api/comandas/retirar", {"de": 50, "ate": 50}, {"de": 50, "ate": 51}
    ),
    "PATCH /api/comandas/{numero}": Write(
        "/api/comandas/{card}", {"codigo": "{name}"}, {"codigo": None}
    ),
    "POST /api/comandas/{numero}/bloquear": Write(
        "/api/comandas/{card}/bloquear", {}, {"observacao": "x"}
    ),
    "POST /api/comandas/{numero}/desbloquear": Write("/api/comandas/{lost}/desbloquear"),
    "POST /api/comandas/{numero}/trocar": Write(
        "/api/comandas/{card}/trocar", {"para": "{spare}"}, {"para": "{spare}", "observacao": "x"}
    ),
    "POST /api/clientes": Write("/api/clientes", {"nome": "Zé"}, {"nome": "Ana"}),
    f"PATCH {CUSTOMER}": Write("/api/clientes/{customer}", {"limite": 5}, {"limite": 6}),
    f"POST {CUSTOMER}/pagamentos": Write(
        "/api/clientes/{customer}/pagamentos", {"valor": 1}, {"valor": 2}
    ),
    f"POST {CUSTOMER}{PAYMENT}/estornar": Write(
        "/api/clientes/{owing}/pagamentos/{settled}/estornar"
    ),
    f"POST {CUSTOMER}{PAYMENT}/confirmar": Write(
        "/api/clientes/{owing}/pagamentos/{promised}/confirmar"
    ),
    f"POST {CUSTOMER}{PAYMENT}/negar": Write("/api/clientes/{owing}/pagamentos/{promised}/negar"),
    "POST /api/caixa/abrir": Write(
        "/api/caixa/abrir", {"gaveta": "{name}"}, {"gaveta": "{name}", "fundo_troco": 1}
    ),
    f"POST {SHIFT}/sangria": Write("/api/caixa/{shift}/sangria", {"valor": 1}, {"valor": 2}),
    f"POST {SHIFT}/suprimento": Write("/api/caixa/{shift}/suprimento", {"valor": 1}, {"valor": 2}),
    f"POST {SHIFT}/abrir-gaveta": Write(
        "/api/caixa/{shift}/abrir-gaveta", WHY, {"motivo": "troco"}
    ),
    f"POST {SHIFT}/declarar": Write(
        "/api/caixa/{shift}/declarar", {"valores": {"dinheiro": 1}}, {"valores": {"dinheiro": 2}}
    ),
    f"POST {SHIFT}/recontar": Write(
        "/api/caixa/{told}/recontar", {"valores": {"dinheiro": 1}}, {"valores": {"dinheiro": 2}}
    ),
    f"POST {SHIFT}/fechar": Write("/api/caixa/{told}/fechar", {}, {"observacao": "x"}),
    "POST /api/dia/{data}/fechar": Write("/api/dia/{day}/fechar", {}, {"observacao": "x"}),
    f"POST {SHIFT}/baixar": Write("/api/caixa/{shift}/baixar", WHY, {"motivo": "x"}),
    "POST /api/produtos": Write(
        "/api/produtos", {"nome": "{name}", "preco": 1}, {"nome": "{name}", "preco": 2}
    ),
    "PUT /api/produtos/{id}": Write("/api/produtos/{product}", {"preco": 3}, {"preco": 4}),
    "PATCH /api/produtos/{id}": Write("/api/produtos/{product}", {"preco": 3}, {"preco": 4}),
    "DELETE /api/produtos/{id}": Write("/api/produtos/{product}", None, None),
    "POST /api/estoque/entrada": Write("/api/estoque/entrada", STOCK, MORE_STOCK),
    "POST /api/estoque/perda": Write("/api/estoque/perda", {**STOCK, **WHY}, {**MORE_STOCK, **WHY}),
    "POST /api/estoque/transferencia": Write(
        "/api/estoque/transferencia", {**STOCK, **MOVED}, {**MORE_STOCK, **MOVED}
    ),
    "POST /api/estoque/contagem": Write("/api/estoque/contagem", STOCK, MORE_STOCK),
    "POST /api/estoque/saldo-inicial": Write("/api/estoque/saldo-inicial", STOCK, MORE_STOCK),
    "PATCH /api/estoque/{produto}": Write("/api/estoque/{counted}", {"minimo": 1}, {"minimo": 2}),
    "POST /api/conflitos/{id}/resolver": Write(
        "/api/conflitos/{dispute}/resolver",
        {"escolha": "refunded"},
        {"escolha": "refunded", "observacao": "x"},
    ),
    "PUT /api/configuracoes": Write("/api/configuracoes", {"nome": "{name}"}, {"nome": "x"}),
    "PATCH /api/configuracoes": Write("/api/configuracoes", {"nome": "{name}"}, {"nome": "x"}),
    # From here on the shop knows roles.
    "POST /api/operadores": Write("/api/operadores", {"nome": "Zé"}, {"nome": "Ana"}),
    "PATCH /api/operadores/{id}": Write("/api/operadores/{operator}", {"nome": "Bia"}, {}),
    "PUT /api/permissoes/{ato}": Write(
        "/api/permissoes/estornar", {"papel": "caixa"}, {"papel": "dono"}
    ),
}
KEYLESS = {
    "POST /api/produtos/importar": "the same file again changes nothing",
    "PUT /api/operadores/{id}/pin": "of this terminal alone; no fact and no id is made of a PIN",
    "POST /api/entrar": "writes nothing that lasts: its answer is never given twice",
    "POST /api/autorizacoes": "writes nothing: its answer is good once, and never given twice",
    "POST /api/sair": "writes nothing: a token is forgotten",
    "POST /api/membros": "a member that is known is not announced again",
    "POST /api/sync/iniciar": "writes nothing: an exchange is asked for",
    "POST /entrar": "writes nothing: a key becomes a cookie",
    "POST /sair": "writes nothing: a cookie is forgotten",
    "POST /api/front-ends": "of this terminal alone; its answer is never given twice",
    "DELETE /api/front-ends/{nome}": "of this terminal alone; what is gone is gone",
}


class Scene:
    """Makes what a request is about, at one terminal."""

    def __init__(self, shop: Any) -> None:
        self._shop = shop
        self._made: dict[str, str] = {}
        self._count = 0

    def forget(self) -> None:
        """The next request is about other things."""
        self._made.clear()

    async def filled(self, value: Any) -> Any:
        """With what its names stand for."""
        if isinstance(value, dict):
            return {name: await self.filled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [await self.filled(each) for each in value]
        while isinstance(value, str) and "{" in value:
            before, _, rest = value.partition("{")
            name, _, after = rest.partition("}")
            value = f"{before}{await self._named(name)}{after}"
        return value

    async def _named(self, name: str) -> str:
        if name not in self._made:
            self._made[name] = await getattr(self, name)()
        return self._made[name]

    def _next(self) -> int:
        self._count += 1
        return self._count

    async def _post(self, path: str, body: Any = None) -> dict[str, Any]:
        answer = await self._shop.ask("POST", path, body or {})
        assert answer.is_success, f"{path}: {answer.text}"
        value: dict[str, Any] = answer.json()
        return value

    async def name(self) -> str:
        return f"nome {self._next()}"

    async def order(self) -> str:
        made = await self._shop.open(itens=[COFFEE])
        self._made["item"] = made["itens"][0]["id"]
        return str(made["id"])

    async def another(self) -> str:
        return str((await self._shop.open(itens=[COFFEE]))["id"])

    third = another

    async def _order_with(self, action: str, body: Any = None) -> tuple[str, dict[str, Any]]:
        order = await self.order()
        return order, await self._post(f"/api/pedidos/{order}/{action}", body)

    async def sent(self) -> str:
        return (await self._order_with("enviar"))[0]

    async def fired(self) -> str:
        order = await self.sent()
        await self._post(f"/api/pedidos/{order}/disparar")
        return order

    async def ready(self) -> str:
        order = await self.fired()
        await self._post(f"/api/pedidos/{order}/pronto")
        return order

    async def paid(self, pending: bool = False) -> str:
        body = {"valor": 9, "pendente": pending}
        order, shown = await self._order_with("pagamentos", body)
        self._made["payment"] = shown["pagamentos"][0]["id"]
        return order

    async def pending(self) -> str:
        return await self.paid(pending=True)

    async def closed(self) -> str:
        order = await self.paid()
        await self._post(f"/api/pedidos/{order}/fechar")
        return order

    async def reduced(self) -> str:
        order, shown = await self._order_with("descontos", {"valor": 1, **WHY})
        self._made["discount"] = shown["descontos"][0]["id"]
        return order

    async def tipped(self) -> str:
        order, shown = await self._order_with("gorjetas", {"valor": 1})
        self._made["tip"] = shown["gorjetas"][0]["id"]
        return order

    async def cancelled(self) -> str:
        return (await self._order_with("cancelar"))[0]

    async def dispute(self) -> str:
        """Paid, and then cancelled."""
        order = await self.paid()
        item = self._made["item"]
        shown = await self._post(f"/api/pedidos/{order}/itens/{item}/cancelar")
        return str(shown["conflitos"][0]["id"])

    async def table(self) -> str:
        return str((await self._post("/api/mesas", {"nome": await self.name()}))["id"])

    beside = table

    async def held(self) -> str:
        table = await self.table()
        await self._post(f"/api/mesas/{table}/reservar", {"nome": "A"})
        return table

    async def joined(self) -> str:
        table, other = await self.table(), await self.table()
        await self._post(f"/api/mesas/{table}/juntar", {"mesas": [other]})
        return table

    async def area(self) -> str:
        return str((await self._post("/api/areas", {"nome": await self.name()}))["id"])

    async def booking(self) -> str:
        return str((await self._post("/api/reservas", WRITES["POST /api/reservas"].body))["id"])

    async def unbooked(self) -> str:
        booking = await self.booking()
        await self._post(f"/api/reservas/{booking}/cancelar")
        return booking

    async def card(self) -> str:
        number = 100 + self._next()
        await self._post("/api/comandas", {"de": number, "ate": number})
        return str(number)

    async def spare(self) -> str:
        return await self.card()

    async def lost(self) -> str:
        card = await self.card()
        await self._post(f"/api/comandas/{card}/bloquear")
        return card

    async def customer(self) -> str:
        """Who owes for an order."""
        customer = str((await self._post("/api/clientes", {"nome": "Zé"}))["id"])
        on_trust = {"forma": "fiado", "cliente_id": customer, "valor": 9}
        await self._order_with("pagamentos", on_trust)
        return customer

    async def owing(self) -> str:
        customer = await self.customer()
        path = f"/api/clientes/{customer}/pagamentos"
        for name, pending in (("settled", False), ("promised", True)):
            told = await self._post(path, {"forma": "pix", "valor": 1, "pendente": pending})
            self._made[name] = told["movimento"]["id"]
        return customer

    async def shift(self) -> str:
        return str((await self._post("/api/caixa/abrir", {"gaveta": await self.name()}))["id"])

    async def day(self) -> str:
        """Long ago, each another one: nobody had a drawer then."""
        return f"2001-01-{self._next() % 28 + 1:02d}"

    async def told(self) -> str:
        shift = await self.shift()
        await self._post(f"/api/caixa/{shift}/declarar", {"valores": {"dinheiro": 0}})
        return shift

    async def ended(self) -> str:
        shift = await self.told()
        await self._post(f"/api/caixa/{shift}/fechar")
        return shift

    async def operator(self) -> str:
        """The one there is, who entered: what is asked from here on is asked in that name."""
        (who,) = (each["id"] for each in (await self._shop.get("/api/operadores"))["operadores"])
        await self._shop.ask("PUT", f"/api/operadores/{who}/pin", {"pin": "123456"})
        entering = {"operador_id": who, "pin": "123456"}
        token = (await self._post("/api/entrar", entering))["token"]
        self._shop.client.headers["x-operador"] = token
        return str(who)

    async def product(self) -> str:
        body = {"nome": await self.name(), "preco": 1}
        return str((await self._post("/api/produtos", body))["id"])

    async def counted(self) -> str:
        body = {"nome": await self.name(), "preco": 1, "controla_estoque": True}
        return str((await self._post("/api/produtos", body))["id"])
