"""The peers in PyTorch: one training update of a CIFAR ResNet-20 and of the course network, written plainly."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional


class Basic(nn.Module):
    """Two 3×3 convolutions and option A's shortcut."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        self.stride, self.more = stride, channels - channels_in

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return ReLU(F(x) + x)."""
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        short = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))
        return functional.relu(y + short)


class Bottleneck(nn.Module):
    """1×1, 3×3, 1×1, the stride on the first, as the course writes it."""

    def __init__(self, channels_in: int, filters: tuple[int, int, int], stride: int, *, projects: bool) -> None:
        super().__init__()
        a, b, c = filters
        self.main = nn.Sequential(
            nn.Conv2d(channels_in, a, 1, stride),
            nn.BatchNorm2d(a),
            nn.ReLU(inplace=True),
            nn.Conv2d(a, b, 3, 1, 1),
            nn.BatchNorm2d(b),
            nn.ReLU(inplace=True),
            nn.Conv2d(b, c, 1),
            nn.BatchNorm2d(c),
        )
        projection = nn.Sequential(nn.Conv2d(channels_in, c, 1, stride), nn.BatchNorm2d(c))
        self.short = projection if projects else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return ReLU(F(x) + shortcut(x))."""
        return functional.relu(self.main(x) + self.short(x))


def resnet20(width: int = 16, classes: int = 6) -> nn.Module:
    """Return the CIFAR network of 20 layers."""
    layers: list[nn.Module] = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    channels = width
    for stage in range(3):
        for block in range(3):
            layers.append(Basic(channels, width << stage, 2 if stage and not block else 1))
            channels = width << stage
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


def course(classes: int = 6, side: int = 64) -> nn.Module:
    """Return the course's ResNet50: no ReLU in the stem, 5b and 5c squeeze to 256."""
    stem = [nn.ZeroPad2d(3), nn.Conv2d(3, 64, 7, 2), nn.BatchNorm2d(64), nn.MaxPool2d(3, 2)]
    channels, layers = 64, []
    for stage, (count, squeeze) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512))):
        for block in range(count):
            own = 256 if stage == 3 and block else squeeze
            stride = 2 if stage and not block else 1
            layers.append(Bottleneck(channels, (own, own, 4 * squeeze), stride, projects=not block))
            channels = 4 * squeeze
    features = nn.Sequential(*stem, *layers, nn.AvgPool2d(2), nn.Flatten())
    with torch.no_grad():
        count = features.eval()(torch.zeros(1, 3, side, side)).shape[1]
    return nn.Sequential(features, nn.Linear(count, classes))


def update_step(model: nn.Module, *, device: str, bfloat16: bool = False, compiled: bool = False):
    """Return one SGD update of a model, channels last: a function of a batch ``(n, h, w, c)`` and its classes."""
    model = model.to(device, memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    forward = torch.compile(model) if compiled else model

    def step(x: np.ndarray, y: np.ndarray) -> None:
        images = torch.from_numpy(x).permute(0, 3, 1, 2).to(device, memory_format=torch.channels_last)
        labels = torch.from_numpy(y).long().to(device)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device, torch.bfloat16, enabled=bfloat16):
            loss = functional.cross_entropy(forward(images), labels)
        loss.backward()
        optimizer.step()

    return step


def resnet20_step(_side: int, _batch: int, *, device: str):
    """Return one eager update of ResNet-20."""
    return update_step(resnet20(), device=device)
