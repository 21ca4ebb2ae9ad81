"""`python -m minhu` is the `minhu` command."""

from minhu.server.cli import main

main()
