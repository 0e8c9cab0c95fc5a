"""Who a client is: tokens of a file, or access tokens of an authorisation server."""
