"""A shift of many hot leads and few reps, through the product's own code on a virtual clock: `manage.py simulate_handoffs`.

Real: the database, the dialer, the answers' scores, offers and reservations, tending, the documents of both legs, and the client that rings
the reps. Simulated: people, what the bot makes of them, and the platform, which answers the client in this process.
"""
