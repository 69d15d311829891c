// The Python that stands between the worker and the library: one text in, one text out.

/** Gives a function from a request to an answer, both JSON; after it, nothing of the browser can be imported. */
export const SETUP = `
import json, sys

sys.path.insert(0, "/library")
from resnet_viz.check import judge

def answer(text):
    return json.dumps(judge(**json.loads(text)), ensure_ascii=False)

answer('{"code": "def identity_block(x, f, filters): return x"}')
sys.meta_path[:] = [finder for finder in sys.meta_path if "pyodide" not in type(finder).__module__]
for name in [*sys.modules, "js", "pyodide_js", "pyodide"]:
    if name.partition(".")[0] in ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core"):
        sys.modules[name] = None
answer
`;
