"""What the bot does next in a talk with a citizen: pure rules over what was heard, without any framework."""
