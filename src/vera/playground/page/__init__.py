"""The page: its server here, its modules and its stylesheet in `assets/`."""
