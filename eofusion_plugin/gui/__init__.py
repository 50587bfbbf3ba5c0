"""The dock, its panels and dialogs."""
