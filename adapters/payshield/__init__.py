"""Thales payShield 10K: host commands as declarations, the adapter that sends them, the face that answers them."""
