"""The command line: a thin skin. Modules import click at their top and everything else where it is used."""
