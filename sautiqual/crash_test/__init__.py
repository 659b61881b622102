"""kill -9 at every step, and the books balanced afterwards: `manage.py crash_test`.

`killing` and `play` run the product's own programs on a database of their own against a simulated platform, and kill them; `points` names
the steps at which a program kills itself; `balance` compares the platform's books with ours. Nothing here runs in production.
"""
