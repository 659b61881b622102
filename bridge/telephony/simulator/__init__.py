"""A working twin of Sautikit over real sockets: REST, signed callbacks, answer XML, media streams, and the people it rings.

`server.Simulator(settings)` is the whole of it. Nothing here imports Django or any other part of ours but the dialect table.
"""
