"""Plans a run, runs it step by step with a journal, reports it. Names no vendor, never imports the software HSM."""
