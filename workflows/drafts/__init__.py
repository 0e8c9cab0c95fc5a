"""What changing methods would do and when the portal refuses them, from what can be read before."""
