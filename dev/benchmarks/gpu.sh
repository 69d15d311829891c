#!/bin/sh
# Every figure that needs a GPU, in one command:  sh dev/benchmarks/gpu.sh [jax|torch|tensorflow]
#
# The benchmark of training (bf16 at 64 and 224 px, a sweep of batches, share of the matrix peak, against torch.compile in
# channels last), then two demos: plain against residual, and the course network, whose max-pooling the demos of CIFAR
# networks do not have. Text and runs go to $OUT (./gpu-figures by default).
#
# On a machine that has the backend but neither Keras nor the network: run  sh dev/benchmarks/gpu.sh wheels  where there is
# one, and take the folder `wheels` along.
set -eu
cd "$(dirname "$0")/../.."
backend=${1:-jax}
out=${OUT:-gpu-figures} # relative to the checkout

if [ "$backend" = wheels ]; then
    # Without what they need in turn: NumPy and the backend are the other machine's own.
    python3 -m pip download -q --no-deps -d wheels keras namex optree rich markdown-it-py mdurl pygments absl-py packaging \
        h5py ml-dtypes typing-extensions filelock pillow platformdirs psutil safetensors graphviz
    ls wheels
    exit
fi

mkdir -p "$out/site"
if [ -d wheels ]; then
    # What the machine has of them already stays as it is.
    for wheel in wheels/*.whl; do
        name=$(basename "$wheel" | cut -d- -f1)
        python3 -m pip show -q "$name" >/dev/null 2>&1 ||
            python3 -m pip install -q --no-index --no-deps --upgrade --target "$out/site" "$wheel"
    done
fi

export KERAS_BACKEND="$backend" PYTHONPATH="$PWD:$PWD/$out/site"
python3 dev/benchmarks/bench_training_gpu.py | tee "$out/$backend-benchmark.txt"
for demo in plain-vs-residual course-on-shapes; do
    python3 -m resnet_viz train --demo "$demo" --device gpu --out "$out/$backend-$demo" | tee "$out/$backend-$demo.txt"
done
