"""The way to the cloud relay: what it still lacks, who brings it, and what it says it has.

`uplink` the task that exchanges · `outbox` what no receipt covers · `turns` whose turn it is ·
`relay_client` one exchange over HTTP, believed or not · `journal` how the exchanges went ·
`surroundings` what it is given.
"""
