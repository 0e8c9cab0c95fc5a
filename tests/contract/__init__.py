"""An independent witness of the REST API: what its pages and its server say, written without a look at the tools."""
