"""Tools that look something up with typed parameters: offices, what a matter needs, progress, working days.

Read only, with the rights of whoever asks; each call is noted. The same tools stand behind the pages of asking, the JSON
API and the tools of assistants. Start reading at ``registry``.
"""
