"""The names that front ends know, and what each means."""

from typing import Final

from crdt_models.documents.tables.card_facts import BlockReason

STATUS: Final = {
    "open": "aberto",
    "bill_asked": "conta_pedida",
    "closed": "fechado",
    "settled": "pago",
    "cancelled": "cancelado",
    "merged": "juntado",
}

STAGE: Final = {
    "new": "novo",
    "sent": "enviado",
    "preparing": "preparando",
    "ready": "pronto",
    "delivered": "entregue",
}

PAYMENT_STATUS: Final = {
    "confirmed": "confirmado",
    "pending": "pendente",
    "denied": "negado",
    "unknown": "desconhecido",
    "duplicate": "duplicado",
}

DISCOUNT_KIND: Final = {"percent": "percentual", "value": "valor", "courtesy": "cortesia"}

CHARGE_KIND: Final = {
    "minimum": "consumacao_minima",
    "service": "servico",
    "couvert": "couvert",
    "delivery_fee": "entrega",
}

MOVEMENT_KIND: Final = {
    "charge": "compra",
    "reversal": "estorno_de_compra",
    "payment": "pagamento",
    "refund": "estorno_de_pagamento",
}

TABLE_STATUS: Final = {
    "inactive": "inativa",
    "occupied": "ocupada",
    "cleaning": "limpeza",
    "reserved": "reservada",
    "free": "livre",
}

CARD_STATUS: Final = {"free": "livre", "occupied": "ocupada", "blocked": "bloqueada"}

BLOCK_REASON: Final[dict[BlockReason, str]] = {
    "lost": "perdida",
    "stolen": "roubada",
    "damaged": "danificada",
    "other": "outro",
}

RESERVATION_STATUS: Final = {
    "booked": "reservada",
    "arrived": "chegou",
    "seated": "sentada",
    "no_show": "nao_veio",
    "cancelled": "cancelada",
}

TIP_STATUS: Final = {"counted": "vale", "uncounted": "sem_pagamento", "returned": "devolvida"}

ORDER_NAMES: Final = {
    "id": "opaco, 32 dígitos hexadecimais",
    "numero": "A-017, ou A-017/2 no segundo pedido do mesmo número; nulo enquanto não chegou",
    "numeros_alternativos": "outros números que recebeu",
    "tipo": "mesa, comanda, balcao, viagem ou entrega",
    "status": "aberto, conta_pedida, fechado, pago, cancelado ou juntado (tudo foi a outro pedido)",
    "status_conta": "o mesmo: o eixo da conta",
    "status_producao": "novo, enviado, preparando, pronto ou entregue: o item mais atrasado",
    "status_fiscal": "nenhum",
    "mesa_id": "mesa, ou nulo",
    "comanda": "nome da comanda, ou nulo",
    "comanda_id": "id da comanda: o do pedido, quando ela tem nome",
    "garcom": "garçom",
    "cliente": "cliente",
    "pessoas": "pessoas à mesa",
    "observacao": "observação",
    "entrega": "para quem e para onde vai, ou nulo; dados pessoais",
    "id_externo": "origem:id de um pedido feito em outro sistema",
    "itens": "itens; os de uma conta fechada, como cobrados",
    "itens_residuais": "itens que vieram depois do fechamento; fora de todo total",
    "pagamentos": "pagamentos",
    "estornos": "estornos",
    "subtotal": "decimal: os itens antes de descontos",
    "subtotal_centavos": "exato",
    "desconto": "decimal: o que descontos e cortesias tiram",
    "desconto_centavos": "exato",
    "descontos": "os que estão dados; de vários do mesmo tipo no mesmo lugar vale um",
    "taxas": "consumação mínima (a diferença), serviço, couvert e entrega, se houver",
    "taxa_servico": "decimal: a taxa de serviço, que também está em taxas",
    "taxa_servico_centavos": "exato",
    "taxa_servico_percentual": "decimal: 10.00 são 10 %; 0.00: sem taxa",
    "gorjeta": "decimal: gorjetas recebidas; fora do total e do saldo",
    "gorjeta_centavos": "exato",
    "gorjetas": "cada gorjeta",
    "divisao": "quem paga o quê; a última parte, sem id, é a de ninguém; soma sempre o total",
    "total": "decimal: subtotal menos desconto mais taxas",
    "total_centavos": "exato",
    "pago": "decimal: recebido menos estornado",
    "pago_centavos": "exato",
    "saldo": "decimal: o que falta; negativo: pago a mais",
    "saldo_centavos": "exato",
    "residual_centavos": "soma de itens_residuais",
    "flags": "cada marca já usada, por nome; também são campos do próprio pedido",
    "conflitos": "o que uma pessoa precisa decidir neste pedido",
    "precisa_atualizar": "true: há algo que esta versão precisa entender e não entende",
    "version": "opaca; é a ETag, para If-Match",
    "versao": "quantidade de fatos; cresce a cada alteração",
    "originNodeId": "terminal que o abriu, 64 dígitos hexadecimais",
    "data_operacao": "dia de operação da abertura, AAAA-MM-DD",
    "dia_operacao": "o mesmo em dias desde 1970-01-01",
    "criado_em": "hora da abertura, ISO 8601",
    "createdAt": "o mesmo",
    "atualizado_em": "hora do fato mais novo, ISO 8601",
    "updatedAt": "o mesmo",
    "juntado_a": "pedido ao qual foi juntado, ou nulo",
    "fechado_em": "hora do fechamento, ou nulo",
}

ITEM_NAMES: Final = {
    "id": "opaco",
    "produto_id": "id no cardápio",
    "nome": "nome na venda",
    "categoria": "categoria na venda",
    "quantidade": "decimal com três casas: o que resta, ou o que foi cobrado",
    "quantidade_milesimos": "exato",
    "quantidade_cancelada": "decimal com três casas",
    "preco_unitario": "decimal, sem os adicionais: como foi lançado",
    "preco_unitario_centavos": "exato",
    "preco_unitario_com_modificadores": "decimal, com os adicionais",
    "preco_unitario_com_modificadores_centavos": "exato",
    "total": "decimal, com os adicionais e sem descontos",
    "total_centavos": "exato",
    "desconto": "decimal: o que os descontos do item e do pedido tiram dele",
    "desconto_centavos": "exato",
    "status": "novo, enviado, preparando, pronto, entregue ou cancelado",
    "modificadores": "adicionais e descontos por unidade",
    "observacao": "observação",
    "etapa": "etapa da refeição; 0: nenhuma, não espera",
    "estacao": "onde é feito agora",
    "disparado": "false: espera que disparem a etapa; ainda não é para fazer",
    "enviado_em": "hora do primeiro envio à cozinha, ISO 8601, ou nulo",
    "cancelado": "true: nada dele resta",
    "pedido_origem_id": "pedido em que foi lançado, se foi transferido para este; senão nulo",
    "cancelado_apos_envio": "true: cancelado quando a cozinha já o tinha",
    "id_externo": "id no sistema de onde veio",
}

PAYMENT_NAMES: Final = {
    "id": "opaco",
    "forma": "dinheiro, credito, debito, pix, vale, outro ou fiado",
    "valor": "decimal: o que conta",
    "valor_centavos": "exato",
    "troco": "decimal: troco devolvido",
    "troco_centavos": "exato",
    "gorjeta": "decimal: a que veio com o pagamento; fora do valor",
    "gorjeta_centavos": "exato",
    "valor_recebido": "decimal: o que foi entregue, valor mais gorjeta mais troco",
    "valor_recebido_centavos": "exato",
    "parte_id": "a parte da divisão que paga, ou nulo",
    "status": "confirmado, pendente, negado, desconhecido ou duplicado",
    "adquirente": "quem moveu o dinheiro, ou nulo",
    "observacao": "observação",
    "cliente_id": "o cliente que deve, de um pagamento fiado; ou nulo",
    "criado_em": "hora, ISO 8601",
}

TABLE_NAMES: Final = {
    "id": "opaco, 32 dígitos hexadecimais",
    "numero": "o número da mesa; o nome, quando ninguém disse outro",
    "nome": "nome da mesa",
    "area_id": "área, ou nulo",
    "area": "nome da área, ou nulo",
    "lugares": "lugares",
    "posicao": "x, y na planta",
    "garcom": "quem atende hoje: o da mesa, senão o da área, senão o fixo; ou nulo",
    "garcom_fixo": "quem atende de costume, ou nulo",
    "status": "inativa, ocupada, limpeza, reservada ou livre",
    "reserva": "por quem se espera agora: id, nome, de_ms, ate_ms; sem id é um aviso; ou nulo",
    "limpeza": "precisa de limpeza: alguém pediu, ou uma conta fechou nela hoje e ninguém limpou",
    "ativa": "em uso",
    "pessoas": "nos pedidos abertos nela",
    "pedidos": "ids dos pedidos abertos nela",
    "grupo": "mesas juntas que valem por uma, com tudo que têm; nulo: está sozinha",
}

RESERVATION_NAMES: Final = {
    "id": "opaco, 32 dígitos hexadecimais",
    "dia": "dia de serviço (das 04:00 às 04:00 de Brasília), AAAA-MM-DD",
    "nome": "quem vem",
    "telefone": "dado pessoal, ou nulo",
    "pessoas": "quantas",
    "de_ms": "começo, ms desde 1970, em minutos inteiros",
    "ate_ms": "fim, idem",
    "mesas": "ids; vazio: sem mesa escolhida",
    "observacao": "texto livre",
    "status": "reservada, chegou, sentada, nao_veio ou cancelada",
    "motivo": "por que não veio, ou foi cancelada",
    "pedido_id": "pedido com que sentaram, ou nulo",
    "marcas_simultaneas": "o que outro terminal marcou sem saber do status: status e motivo",
    "criada_em": "hora, ISO 8601",
    "version": "opaca; cobre tudo desse dia; é a ETag, para If-Match",
    "conflito": "true: outra reserva quer a mesma mesa, e uma pessoa precisa decidir",
}

CARD_NAMES: Final = {
    "numero": "o número do cartão; de uma comanda não registrada, o texto dela",
    "registrada": "true: é um cartão; false: só um texto, que algum pedido aberto tem",
    "codigo": "o que o leitor lê do cartão (código de barras, NFC), ou nulo",
    "status": "livre, ocupada ou bloqueada",
    "bloqueio": "por que está bloqueada e desde quando, ou nulo",
    "pedidos": "ids dos pedidos abertos nela",
    "total": "decimal: soma desses pedidos",
    "total_centavos": "exato",
    "saldo": "decimal: o que falta pagar deles",
    "saldo_centavos": "exato",
    "version": "opaca; cobre todas as mesas e comandas; é a ETag, para If-Match",
}

CUSTOMER_NAMES: Final = {
    "id": "opaco, 32 dígitos hexadecimais",
    "nome": "nome",
    "documento": "CPF ou CNPJ, ou nulo",
    "telefone": "telefone, ou nulo",
    "observacao": "observação",
    "limite": "decimal: o máximo que pode dever; nulo: sem limite",
    "limite_centavos": "exato, ou nulo",
    "disponivel_centavos": "o que ainda cabe no limite; nulo: sem limite",
    "bloqueado": "true: nada mais é vendido fiado",
    "saldo": "decimal: o que o cliente deve; negativo: crédito dele",
    "saldo_centavos": "exato",
    "comprado_centavos": "soma do que foi vendido fiado",
    "estornado_centavos": "soma do que disso foi estornado",
    "recebido_centavos": "pagamentos que contam, menos o que deles foi estornado",
    "conflitos": "o que uma pessoa precisa decidir nesta conta",
    "precisa_atualizar": "true: há algo que esta versão precisa entender e não entende",
    "version": "opaca; é a ETag, para If-Match",
    "versao": "quantidade de fatos; cresce a cada alteração",
    "criado_em": "hora do cadastro, ISO 8601",
    "atualizado_em": "hora do fato mais novo, ISO 8601",
}

MOVEMENT_NAMES: Final = {
    "id": "opaco: do pagamento ou do estorno",
    "tipo": "compra, estorno_de_compra, pagamento ou estorno_de_pagamento",
    "valor": "decimal: quanto a dívida muda; zero: um pagamento que não conta",
    "valor_centavos": "exato",
    "saldo_centavos": "o que o cliente deve depois disto",
    "forma": "forma de pagamento, ou fiado",
    "status": "confirmado, pendente, negado, desconhecido ou duplicado",
    "pedido_id": "pedido de uma compra, ou nulo",
    "observacao": "observação de um pagamento, motivo de um estorno",
    "data_operacao": "dia de operação, AAAA-MM-DD",
    "criado_em": "hora, ISO 8601",
}

SHIFT_STATUS: Final = {
    "unknown": "desconhecido",
    "open": "aberto",
    "declared": "contado",
    "closed": "fechado",
    "written_off": "baixado",
}

SHIFT_MOVEMENT: Final = {
    "cash_withdrawn": "sangria",
    "cash_supplied": "suprimento",
    "drawer_opened": "abertura_sem_venda",
    "count_declared": "contagem",
    "count_repeated": "recontagem",
}

SHIFT_NAMES: Final = {
    "id": "opaco, 32 dígitos hexadecimais",
    "terminal_id": "o terminal que o abriu; nulo: a abertura ainda não chegou",
    "gaveta": "qual das gavetas do terminal",
    "operador_id": "de quem é, ou nulo",
    "status": "aberto, contado, fechado, baixado; desconhecido: a abertura ainda não chegou",
    "data_operacao": "dia de operação da abertura, AAAA-MM-DD",
    "dia_operacao": "o mesmo em dias desde 1970-01-01",
    "fundo_troco_centavos": "dinheiro na gaveta ao abrir",
    "sangrias_centavos": "dinheiro tirado",
    "suprimentos_centavos": "dinheiro posto",
    "aberturas_sem_venda": "quantas vezes a gaveta foi aberta sem venda",
    "vendas_centavos": "pagamentos por forma; nulo até alguém declarar a contagem",
    "estornos_centavos": "devolvido por forma; nulo até a contagem",
    "gorjetas_centavos": "gorjetas por forma; nulo até a contagem",
    "gorjetas_devolvidas_centavos": "gorjetas devolvidas por forma; nulo até a contagem",
    "troco_centavos": "troco dado, fora dos outros valores; nulo até a contagem",
    "esperado_centavos": "o que deve haver, por forma; nulo até a contagem",
    "contagens": "cada contagem e recontagem, na ordem",
    "declarado_centavos": "a contagem que vale, por forma; nulo até haver uma",
    "diferenca_centavos": "declarado menos esperado, do que foi contado; nulo até fechar",
    "movimentos": "sangrias, suprimentos e aberturas sem venda",
    "ajustes_tardios": "o que chegou depois do encerramento; em nenhum valor do caixa",
    "lancamentos_alheios": "o que outro terminal escreveu neste caixa; sem efeito",
    "motivo_baixa": "por que o gerente deu baixa, ou nulo",
    "completo": "false: falta chegar algo do que o encerramento contou",
    "conflitos": "o que uma pessoa precisa decidir neste caixa",
    "precisa_atualizar": "true: há algo que esta versão precisa entender e não entende",
    "version": "opaca; é a ETag, para If-Match",
    "versao": "quantidade de fatos; cresce a cada alteração",
    "criado_em": "hora da abertura, ISO 8601",
    "encerrado_em": "hora do fechamento ou da baixa, ou nulo",
    "atualizado_em": "hora do fato mais novo, ISO 8601",
}

WEEKDAYS: Final = ("seg", "ter", "qua", "qui", "sex", "sab", "dom")
SOLD_BY: Final = {"unit": "unidade", "weight": "peso"}
SCALE: Final = {"price": "preco", "weight": "peso"}
ROLE: Final = {"waiter": "garcom", "cashier": "caixa", "manager": "gerente", "owner": "dono"}
PRINTER_KIND: Final = {"network": "rede", "usb": "usb", "file": "arquivo"}
HALVES: Final = {"dearest": "mais_caro", "average": "media"}

PRODUCT_NAMES: Final = {
    "id": "opaco, 32 dígitos hexadecimais",
    "nome": "como sai na conta",
    "codigo": "o que se digita; vazio: nenhum",
    "categoria": "categoria",
    "estacao": "onde é feito",
    "preco": "decimal, por unidade ou quilo, quando nenhum de `precos` vale",
    "preco_centavos": "exato",
    "precos": "preços por dia, hora e tipo de pedido; vale o primeiro que servir",
    "fiscal": "campos fiscais, por nome: ncm, cfop, cest …",
    "codigos_barras": "EAN-8, EAN-13 ou outros dígitos",
    "vendido_por": "unidade ou peso",
    "etiqueta_balanca": "preco ou peso: o que diz a etiqueta que começa com 2; nulo: não há",
    "ativo": "false: fora do cardápio",
    "imagem": "onde o front-end a encontra",
    "id_externo": "origem:id em outro sistema, de um produto só",
    "grupos": "o que se escolhe: adicionais, ou as partes de um combo",
    "meio_a_meio": "mais_caro ou media: como se cobra um inteiro de várias partes; nulo: não",
    "receita": "insumos de uma unidade",
    "controla_estoque": "true: a venda baixa o próprio produto, e não a receita",
    "estoque_minimo_milesimos": "abaixo disto falta; nulo: sem mínimo",
    "esgotado": "true: não vender agora",
    "restante": "decimal: quanto resta; negativo: vendeu-se a mais; nulo: não contado",
    "restante_milesimos": "exato",
    "disponivel": "ativo, não esgotado, e resta algum",
}

STOCK_NAMES: Final = {
    "produto_id": "o produto",
    "nome": "como no cadastro; vazio: nenhum cadastro o tem",
    "codigo": "o que se digita; vazio: nenhum",
    "quantidade": "decimal: quanto há, em todos os locais; negativo: saiu mais do que havia",
    "milesimos": "exato",
    "minimo_milesimos": "abaixo disto falta; nulo: sem mínimo",
    "abaixo_do_minimo": "true: há menos do que o mínimo",
    "negativo": "true: saiu mais do que havia",
    "locais": "quanto há em cada local; as vendas saem do local sem nome",
}

STOCK_PLACE_NAMES: Final = {
    "local": "nome do local; vazio: o principal",
    "quantidade": "decimal",
    "milesimos": "exato",
    "contado_milesimos": "quanto havia na última contagem; nulo: nunca contado",
    "contado_dia": "dia de operação dessa contagem, AAAA-MM-DD",
    "a_conferir": "true: há vendas que quem contou pode não ter visto",
}
