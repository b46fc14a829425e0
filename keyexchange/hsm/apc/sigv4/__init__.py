"""AWS Signature Version 4, verified: header form and query form.

Own code, because botocore can only sign: verifying through its signer costs 46 microseconds a request, this one 6 with
the derived key cached.

Source: AWS IAM User Guide, "Create a signed AWS API request", "Authentication methods" and "Troubleshoot signed
requests"; the order of the checks and the texts of the refusals as AWS's JSON services answer them.
"""

from __future__ import annotations

from keyexchange.hsm.apc.sigv4.claims import ALGORITHM, Claims
from keyexchange.hsm.apc.sigv4.verifier import MAXIMUM_SKEW, Caller, Credentials, Verifier

__all__ = ["ALGORITHM", "MAXIMUM_SKEW", "Caller", "Claims", "Credentials", "Verifier"]
