"""The control API of the embedded portal: switches, faults, a look inside."""
