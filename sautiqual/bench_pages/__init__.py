"""How fast the pages of console, queue and REST are with what the database holds: `manage.py bench_pages`. Only reads."""
