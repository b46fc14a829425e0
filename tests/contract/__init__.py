"""What every adapter promises, tested against its face, or against a device that the operator names."""
