"""What handling does when intake has news."""
