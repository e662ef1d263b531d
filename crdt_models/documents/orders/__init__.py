"""An order (pedido): a table's tab, a counter sale, a delivery. From opening to a settled bill.

`facts` what can happen · `lines`, `payments`, `bill` what the facts add up to · `view` all of it
together · `commands`, `bill_commands` what a person can ask for · `errors` why it may be refused.
"""
