"""What every test may rely on: a quiet Keras, and a data folder of its own."""

import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path, monkeypatch):
    """Keep uploads of tests away from the person's own."""
    monkeypatch.setenv("RESNET_VIZ_DATA", str(tmp_path / "data"))
