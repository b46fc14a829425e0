"""Protocols between a KDH and a KRD: abilities, messages and workflows. Names no vendor."""
