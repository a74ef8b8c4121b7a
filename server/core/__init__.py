"""What features stand on, knowing none of them."""
