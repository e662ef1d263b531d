"""What a shop must be, read from its stored changes by rules written down a second time.

It is the judge of the product and therefore imports nothing of it: only the standard library,
cbor2 and msgspec. It is slow where slow is plainer. Names of facts and fields, and the form of a
change, are the product's; the rules are those of the design, and where the design is silent the
choice that was made is told in the head of the file that has it.

`stored` reads bytes, `schema` knows what a fact must look like, `once` tells copies of a fact from
facts. `order`, with `lines`, `moves`, `kitchen`, `charges`, `line_discounts`, `shares` and
`payments`, and `account`, `cash`, `catalog`, `stock`, `settings`, `room`, `cards` and `floor` say
what facts mean, `disputes` and `site_disputes` what people must decide, `chains` who wrote in which
order, `shop` puts it together. `peer_shop` asks a terminal the same questions over its local API,
and `differences` compares.

Out of its sight: whether bytes are authentic, wording, times of day.
"""
