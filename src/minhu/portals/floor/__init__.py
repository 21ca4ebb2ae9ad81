"""The floor of the hotline: an agent's seat bar, call-backs, the supervisors' wall, listening in, emergency mode.

Start reading at `wall.page`; rules are in `intake.domain.{seats,callbacks,emergency}`.
"""
