"""The process in which one upload is carried out."""
