"""Lessons: stops that ask first. What is asked for is a quantity, and the quantity is computed: no answer is typed."""
