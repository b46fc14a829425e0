"""Utimaco (Atalla) AT1000: its key blocks, as far as they can be read without the master file key."""
