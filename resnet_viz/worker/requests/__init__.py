"""Everything the workers can be asked, a file each: its fields, the type of its result, how it is answered.

A server imports these files too, so what computes is imported where the worker answers.
"""
