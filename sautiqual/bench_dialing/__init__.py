"""What a decision and a tick of the dialer cost, by the size of the list: `manage.py bench_dialing`. Works on databases of its own."""
