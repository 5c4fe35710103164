"""HTTP only: read the request, call one function, choose a page."""
