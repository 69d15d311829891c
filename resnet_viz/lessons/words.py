"""Words of lessons that a lecture explains, in a sentence each: ``[[word:batch|batch]]`` says it where the word is rested on."""

from resnet_viz.messages import N_

WORDS = {
    "padding": N_("Zeros around a map, so that a window also fits at its edge."),
    "mac": N_("One multiplication with one addition."),
    "batch": N_("The pictures that one step of the training uses together."),
}
