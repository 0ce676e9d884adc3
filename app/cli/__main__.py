"""`python -m app.cli`, as `bin/relais` and the processes of the tests start it."""

from app.cli import main

main(prog_name="relais")
