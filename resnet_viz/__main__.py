"""``python -m resnet_viz``: see `resnet_viz.cli`."""

import sys

from resnet_viz.cli import main

sys.exit(main())
