"""Adapters and faces, one folder a vendor. Found by entry points, imported by nobody (decision 0002)."""
