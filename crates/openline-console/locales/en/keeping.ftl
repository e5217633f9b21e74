# What keeps a line open: the watch, bearers, tests, the record, administration.
