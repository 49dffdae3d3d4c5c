"""Peers that others wrote, and our own program, driven from whole-program tests. Standard library only."""
