"""Payment algorithms on key objects: DUKPT, PIN blocks, PIN and card verification values, MACs, EMV cryptograms."""
