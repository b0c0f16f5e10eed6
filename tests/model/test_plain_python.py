"""With ``NUMBA_DISABLE_JIT=1`` the rules are ordinary Python: to be stepped into, with the same numbers."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from simdiff.model import state

SCRIPT = """
import sys
from pathlib import Path
import numpy as np
from simdiff.model import engine
from simdiff.model.inputs import new_sim, prepare, world_of
from simdiff.scenario import load_scenario

loaded = load_scenario(Path("four-levers"))
sim = new_sim(prepare(loaded.scenario, world_of(loaded.scenario, loaded.schools, 1), 1), 0)
engine.begin(sim)
engine.run_months(sim, 0, 40)
np.savez(sys.argv[1], **{name: np.asarray(getattr(sim, name)) for name in ("school", "use", "seen", "district")})
"""


def arrays(folder: Path, name: str, **environment: str) -> dict[str, np.ndarray]:
    """The state after 40 months, from a process of its own."""
    command = [sys.executable, "-c", SCRIPT, str(folder / name)]
    run = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)
    assert run.returncode == 0, run.stderr
    return dict(np.load(folder / f"{name}.npz"))


def test_plain_python_gives_the_compiled_numbers(tmp_path):
    """40 months of four levers: integers equal, reals to 1e-8 (``exp`` and ``erfc`` may differ in their last bit).

    Catches a rule that only works compiled, and integer widths that differ.
    """
    compiled, plain = arrays(tmp_path, "compiled"), arrays(tmp_path, "plain", NUMBA_DISABLE_JIT="1")
    assert (compiled["use"]["launched"] > 12).any(), "no school launched: the comparison would be empty"
    for name, record in compiled.items():
        for field in record.dtype.names:
            tolerance = 1e-8 if record.dtype[field].kind == "f" else 0
            np.testing.assert_allclose(plain[name][field], record[field], rtol=tolerance, err_msg=f"{name}.{field}")


def test_field_names_are_free():
    """Catches a field that NumPy's records hide behind an attribute of their own, such as ``real`` or ``size``."""
    records = [value for value in vars(state).values() if isinstance(value, np.dtype) and value.names]
    assert len(records) > 10
    assert not [name for record in records for name in record.names if hasattr(np.record, name)]
    assert hasattr(np.record, "real")
