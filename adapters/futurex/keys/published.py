"""The major keys of the simulator. Published with it, so they protect nothing: for rehearsal and test only."""

from __future__ import annotations

from keyexchange.secret import Secret

TEST_PMK = Secret(bytes.fromhex("88E1AB2A2E3DD38C1FA9A5D5E37C2F0F1A4E26C7D7B6D1C1E0A9F8B7C6D5E4F3"))
"""AES-256, as the HSM that AWS tested had one."""
TEST_MFK = Secret(bytes.fromhex("D2DE5CD9110F4CAB11111111111111110123456789ABCDEF"))
"""Three-key TDES. Source: FelipeRodriguezFonte/CryptoCarver, the test of FuturexMfkOperations.java."""
