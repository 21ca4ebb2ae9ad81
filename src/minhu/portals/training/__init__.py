"""What agents need training in (F25): for supervisors over all agents, for each agent his own; counts with their cases."""
