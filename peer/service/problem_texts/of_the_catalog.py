"""What the catalog does not allow."""

from peer.service.problem_texts.text import Text

CATALOG = {
    "unknown_product": Text(
        404,
        "Produto desconhecido neste terminal",
        "Busque o cardápio de novo, ou venda como item avulso: informe nome e preço.",
        "Não há produto {product} no cardápio deste terminal.",
    ),
    "ambiguous_product": Text(
        409,
        "Mais de um produto com este código",
        "Escolha um pelo id e corrija o código do outro.",
        "{count} produtos atendem por {product}.",
    ),
    "product_not_active": Text(
        409,
        "Produto fora do cardápio",
        "Reative o produto, ou venda como item avulso: informe nome e preço.",
        "{name} não é mais vendido.",
    ),
    "sold_out": Text(
        409,
        "Produto esgotado",
        "Ofereça outro; se voltou a haver, corrija o que resta dele.",
        "{name} esgotou: restam {left:quantidade}, pedidos {asked:quantidade}.",
    ),
    "product_exists": Text(
        409,
        "Outro produto já usa este código",
        "Informe outro, ou altere o produto que o usa.",
        "{name} já usa {value}.",
    ),
    "unknown_option": Text(
        422,
        "Opção desconhecida",
        "Busque o produto de novo e escolha entre as opções dele.",
        "{name} não oferece {option}.",
    ),
    "wrong_number_of_choices": Text(
        422,
        "Quantidade de escolhas errada",
        "Escolha quantas o grupo pede.",
        "{group} de {name} pede de {least} a {most}; vieram {chosen}.",
    ),
    "not_sold_by_halves": Text(
        422,
        "Produto que não se divide",
        "Venda inteiro, ou escolha de dois a quatro produtos que se vendem em partes.",
        "{name} não pode ser parte de outro.",
    ),
}

FILES = {
    "unreadable_file": Text(
        422,
        "O arquivo não pôde ser lido",
        "Exporte de novo como CSV em UTF-8, com uma linha de cabeçalho, ou como JSON.",
        "Motivo: {reason}.",
    ),
    "file_too_large": Text(
        413,
        "Arquivo grande demais",
        "Divida o arquivo e importe as partes, uma depois da outra.",
        "Cabem até {limit} {of} por vez.",
    ),
    "unknown_columns": Text(
        422,
        "As colunas não foram reconhecidas",
        "Dê nome às colunas na primeira linha, como código; nome; preço; código de barras.",
        "O cabeçalho encontrado é: {found}.",
    ),
    "two_columns": Text(
        422,
        "Duas colunas dizem o mesmo",
        "Renomeie ou retire a que não vale.",
        "{one} e {other} significam o mesmo.",
    ),
}

BARCODES = {
    "invalid_barcode": Text(
        422,
        "Código de barras inválido",
        "Leia de novo, ou confira dígito por dígito com a embalagem.",
    ),
}
