"""What a module does in process(), read by clang 22: no call that may allocate, lock or block, all marked."""
import os
import pathlib
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ["GPH_SOURCE"])
CLANG = next((name for name in ("clang-22", "clang-21", "clang-20") if shutil.which(name)), None)
LILV = subprocess.run(["pkg-config", "--cflags", "lilv-0", "serd-0"], capture_output=True, text=True)
# What stands on lilv can be read where lilv is.
MODULES = sorted(path.relative_to(SOURCE) for path in (SOURCE / "modules").rglob("*.c")
                 if LILV.returncode == 0 or not path.name.startswith("lv2"))

pytestmark = pytest.mark.skipif(CLANG is None, reason="no clang that knows -Wfunction-effects (20 or later)")


def problems(path):
    """What clang says about one file of C."""
    run = subprocess.run([CLANG, "-std=c11", "-D_GNU_SOURCE", "-O1", "-fsyntax-only", "-Wfunction-effects", "-Werror",
                          f"-I{SOURCE / 'core/include'}", *LILV.stdout.split(), str(path)],
                         capture_output=True, text=True)
    return "" if run.returncode == 0 else run.stderr or "failed without a word"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_module(module):
    assert problems(SOURCE / module) == ""


PLANTED = """
#include <graphophone/dsp.h>
#include <stdio.h>
static void help(float *out) {{ {help} }}
static int32_t GPH_CALL {mark}
process(gph_node *self, const gph_io *io)
{{
    (void)self;
    {code}
    help(io->out[0].ch[0]);
    return GPH_OK;
}}
static const gph_port ports[] = {{GPH_IN("in"), GPH_OUT("out")}};
static const gph_type planted = {{
    GPH_TYPE("planted", "Planted", "A planted violator.", 0), GPH_PORTS(ports), .process = process}};
GPH_MODULE("planted", "1.0.0", "tests", "MIT", &planted)
"""


def plant(tmp_path, code="", help="out[0] = sinf(out[0]);", mark="GPH_AUDIO"):
    path = tmp_path / "planted.c"
    path.write_text(PLANTED.format(code=code, help=help, mark=mark))
    return problems(path)


def test_acquits(tmp_path):
    assert plant(tmp_path) == ""


@pytest.mark.parametrize("code", ["free(malloc(9));", 'puts("here");', 'fopen("x", "r");',
                                  "static int count; io->out[0].ch[0][0] = (float)count++;"])
def test_convicts(tmp_path, code):
    assert "function-effects" in plant(tmp_path, code)


def test_convicts_what_it_calls(tmp_path):
    assert "function-effects" in plant(tmp_path, help="float *p = calloc(1, 4); *out = *p; free(p);")


def test_convicts_unmarked(tmp_path):
    assert "function-effects" in plant(tmp_path, mark="")
