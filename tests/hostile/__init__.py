"""Every parser of the project against hostile octets: one table, the same promises for each."""
