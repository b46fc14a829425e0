"""AWS Payment Cryptography, and AWS Private CA as an authority. `client` is the only importer of boto3."""
