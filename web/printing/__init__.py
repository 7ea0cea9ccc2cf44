"""Files made of figures: what is printed, and the press that makes it in a process of its own."""
