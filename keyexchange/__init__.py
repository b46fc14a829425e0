"""Moves cryptographic keys between payment HSMs and AWS Payment Cryptography, and proves that they arrived."""

__version__ = "0.1.0"
