"""Pages of stock, by what they show."""
