#!/bin/sh
# Sets up what `make run` and `make test` need on a fresh machine: dev/tools/setup.sh run|dev VENV
# Asks the system's package manager only for what is missing, and only where there is one we know (Debian, Ubuntu).
set -eu
kind=$1
venv=$2

say() { printf '%s\n' "resnet-viz: $*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi
}

# install PACKAGE...: through apt, once the lists are fresh
install() {
    command -v apt-get >/dev/null || return 1
    say "installing $* (once)"
    as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
}

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

python=
for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
    if command -v "$name" >/dev/null && fits "$name"; then python=$name; break; fi
done
if [ -z "$python" ]; then
    say "Python 3.11, 3.12 or 3.13 is needed. Found: $(python3 --version 2>&1 || echo none). Install one, or set PYTHON=/path/to/it."
    exit 1
fi

if [ ! -x "$venv/bin/python" ]; then
    say "making a virtual environment in $venv"
    if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
        rm -rf "$venv"
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        install "python$version-venv" || install python3-venv || {
            say "Python's venv module is missing. Install the package python3-venv, then run make again."
            exit 1
        }
        "$python" -m venv "$venv"
    fi
fi

say "installing the Python packages (TensorFlow is large: about 2 GB on disk, a few minutes once)"
set -- -r requirements.txt
if [ "$kind" = dev ]; then set -- "$@" -e ".[dev]"; fi
# uv does it in a fraction of the time. It does not read pip's own configuration (mirrors, wheels on disk, certificates):
# where the packages can be had by that only, pip fetches them.
pip() { "$venv/bin/python" -m pip install -q --disable-pip-version-check "$@"; }
uv=$(command -v uv) || { pip uv 2>/dev/null && uv="$venv/bin/uv"; } || uv=
if [ -z "$uv" ] || ! UV_SYSTEM_CERTS=1 "$uv" pip install -q --python "$venv/bin/python" "$@"; then
    pip "$@"
fi

# uv leaves compiling to whoever imports first. Every process of the tests begins at the same moment and would: 12 s each.
if [ "$kind" = dev ]; then
    "$venv/bin/python" -c "import keras, onnx, plotly.graph_objects, streamlit.web.bootstrap" >/dev/null 2>&1 || :
fi

if [ "$kind" = dev ] && [ -z "${CHROMIUM:-}" ]; then
    found=
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null; then found=$name; break; fi
    done
    if [ -z "$found" ]; then
        install chromium || install chromium-browser || {
            say "the browser tests need Chromium: install it, or set CHROMIUM=/path/to/it, then run make test again."
            exit 1
        }
    fi
fi
