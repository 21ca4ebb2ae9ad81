"""What the exchange room does when others have news."""
