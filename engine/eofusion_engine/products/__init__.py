"""The products: what each file is, how it is written, and the pages that show it."""
