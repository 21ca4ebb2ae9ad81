"""The telephone in the browser: the agent's softphone, and a trial call for administrators."""
