"""The checker: a student's block or network as a graph, compared with ours, and the mistake named.

`judge` runs code against a recording stand-in for Keras and answers in plain JSON (`answer.Answer`). It runs code that
it is given, so only a sandbox may call it: a visitor's own browser does. Standard library only, as that sandbox has no
package.
"""

from resnet_viz.check.judging import judge, presets
from resnet_viz.check.material import examples, puzzle
from resnet_viz.check.one_block import course_pair

__all__ = ["course_pair", "examples", "judge", "presets", "puzzle"]
