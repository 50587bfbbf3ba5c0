"""Questions to finished runs: similar places, clusters, classification, change, counterfactuals and more.

Every tool is a module with ``Arguments`` (a pydantic model) and ``make(arguments, listener)``, named in
:mod:`.registry`; it reads runs through :mod:`.runs` and writes its answer through :mod:`.result`.
"""
