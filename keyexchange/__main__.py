"""`python -m keyexchange` and the console script."""

from __future__ import annotations


def main() -> None:
    """Run the command line; ends the process with a documented exit code."""
    from keyexchange.cli.main import run

    run()


if __name__ == "__main__":
    main()
