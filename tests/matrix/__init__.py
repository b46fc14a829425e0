"""Every side as KDH and as KRD, by every protocol."""
