"""Import page of the dispatcher and the system administrator: upload, confirm the columns, watch, take the rejects."""
