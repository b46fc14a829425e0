"""Transcripts: what an operator types and reads."""
