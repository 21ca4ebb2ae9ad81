"""Portals: whole pages for each role, put together from the rooms below.

Owns the shell of every page (`templates/base*.html`), the components (`templates/components`,
`templatetags/minhu.py`), the style sheets and browser modules (`static/minhu`), and the pages per role.
Invariants: no inline script or style (strict content security policy); every colour has a word or an
icon beside it; every chart has its table; every page passes axe with 0 violations.
Start reading at `docs/pages.md`, then `templates/base.html` and `templatetags/minhu.py`.
"""
