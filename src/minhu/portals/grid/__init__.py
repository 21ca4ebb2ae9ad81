"""The grid worker's page for a telephone in the street: nearest task first, then sign, be there, done.

Start reading at `views.tasks` and `views.task`; forms are in `forms`.
"""
