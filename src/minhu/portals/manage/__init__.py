"""Administration: each of the three administrators sees and changes only what the policy gives them."""
