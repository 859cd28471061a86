"""The way of the journal: witnesses in the worker, a pipe, and what keeps its entries for the inspector."""
