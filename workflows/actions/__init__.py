"""Tools that change a dialog and prove what they did."""
