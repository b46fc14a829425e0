"""Futurex payment HSMs over the Excrypt host protocol: commands as declarations, the adapter, the face."""
