"""The back of a paper: what the center prints on the other side of every sheet, so that whoever receives it can check the front."""
