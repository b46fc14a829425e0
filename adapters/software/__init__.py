"""The built-in software HSM as a side: the APC adapter in front of an APC face of this very process."""
