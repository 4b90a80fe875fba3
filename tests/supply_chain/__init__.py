"""What the product is built from: pinned, under licences that we accept, and without advisories that we know of."""
