"""A large, believable organisation in the configured database, so that pages are measured as they are in use: `manage.py make_volume`.

Nobody can be rung because of it: the lines are simulated, no campaign runs, no rep's number is verified, the webhooks are off, and what the
leads agreed to names an organisation that does not exist, so that no other campaign may call them.
"""
