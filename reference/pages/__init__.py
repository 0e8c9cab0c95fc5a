"""Every documentation page, rendered from the classes of methods, tools and events, or written by hand."""
