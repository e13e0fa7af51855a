"""The dashboard's pages, rendered on the server; small modules in static/ bring them to life."""
