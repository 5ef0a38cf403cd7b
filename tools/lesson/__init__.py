"""The lesson tool: slices one tree into a series of lessons, and checks each of them."""
