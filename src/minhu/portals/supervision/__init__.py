"""The supervision desk: figures first, then the orders behind each; decisions in a panel, reminders in bulk.

Start reading at `views.desk`; `views_decide` holds what is more than one step: arbitration and callbacks.
"""
