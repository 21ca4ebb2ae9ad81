"""`python -m minhu` is the `minhu` command."""

from minhu.server.cli import main

if __name__ == "__main__":
    main()
