"""Tools of several portal calls, which answer what no single method does."""
