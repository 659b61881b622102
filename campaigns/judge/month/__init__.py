"""A month of dialing on a virtual clock: the real dialer, calls, hand-offs and janitor over real rows, with a platform and people played by chance.

The same seed is the same month. Nothing waits: time jumps from one thing due to the next. Nothing leaves the process.
"""
