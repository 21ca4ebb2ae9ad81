"""The order form filled from a conversation: each field with its value, how sure it is, and the utterance it came from."""
