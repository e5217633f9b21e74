"""An independent verifier of openline records, written from the specification alone."""
