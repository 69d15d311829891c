"""What a preset is, for whoever never met its name."""

from resnet_viz.messages import N_, Titles

_KERAS = N_("ResNet-50 as Keras publishes it, for photographs of 224×224 pixels.")
_PLAIN = N_("A network with two 3×3 convolutions in each block, and no shortcuts.")
_CIFAR = N_("A small ResNet for pictures of 32×32 pixels, from the paper by He et al. (2015).")
_CIFAR_PLAIN = N_(
    "A small network without shortcuts, for pictures of 32×32 pixels, from the paper by He et al. (2015)."
)
_BASIC = N_("A ResNet with two 3×3 convolutions in each block.")

preset_about = Titles(
    {
        "course": N_("ResNet50 as a well-known deep-learning course builds it, for pictures of 64×64 pixels."),
        "coursera-2018": N_("Like “course”, with a ReLU in the stem and 512 filters in every block of stage 5."),
        "keras-v1": _KERAS,
        "keras-v1-101": N_("Like “keras-v1”, with 101 layers."),
        "keras-v1-152": N_("Like “keras-v1”, with 152 layers."),
        "torch-v1.5": N_("ResNet-50 as torchvision builds it: a 3×3 convolution halves the map, not a 1×1."),
        "v2": N_("ResNet-50, version 2: BatchNorm and ReLU stand before each convolution."),
        **dict.fromkeys(("resnet18", "resnet34"), _BASIC),
        **dict.fromkeys(("plain18", "plain34"), _PLAIN),
        **{f"cifar-{depth}": _CIFAR for depth in (20, 32, 44, 56, 110)},
        **{f"cifar-plain-{depth}": _CIFAR_PLAIN for depth in (20, 32, 44, 56, 110)},
    }
)
"""What a preset is, in one sentence."""
