"""From files in the landing folder to text tables in schema raw."""
