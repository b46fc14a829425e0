"""The whole path: command line words to keys at the APC face, over real sockets and a real boto3 client."""
