"""Pages of an order for all staff: the order itself with its steps, the list with search, exports and printed sheets.

Start reading at `views.order_page` (what is shown), `forms.step_form` (one form for each allowed step) and
`views_steps.step` (how a step is taken). What a person sees and may do follows from `OrderView` and the policy only.
"""
