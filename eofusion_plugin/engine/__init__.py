"""The engine as QGIS sees it: where it is, how to talk to it, how to run it in a task."""
