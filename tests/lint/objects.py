"""What the compiler made: no mutable state outside functions, one symbol out, and few in for a module."""
import re
import subprocess

import pytest

WRITABLE = re.compile(r"^\.(data|bss|tdata|tbss|tm_clone_table)(?!\.rel\.ro)\b|^\*COM\*$")
# A module's process() may call no more than this; what allocates is for create, activate and destroy, and
# tests/rt sees to it that it stays there.
MATH = """acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf exp exp10 exp2 expm1 fabs fdim floor
fma fmax fmin fmod frexp hypot ldexp llrint llround log log10 log1p log2 logb lrint lround modf nearbyint pow remainder
rint round scalbn sin sincos sinh sqrt tan tanh trunc"""
MEMORY = "memchr memcmp memcpy memmove memset malloc calloc realloc free aligned_alloc posix_memalign"
TEXT = "strcasecmp strchr strcmp strcspn strlen strncasecmp strncmp strnlen strrchr strspn strstr snprintf vsnprintf"
COMPILER = """__cxa_finalize __gmon_start__ _ITM_deregisterTMCloneTable _ITM_registerTMCloneTable __stack_chk_fail
_GLOBAL_OFFSET_TABLE_"""
ALLOWED = set(f"{MEMORY} {TEXT} {COMPILER}".split()) | {
    name + end for name in MATH.split() for end in ("", "f", "l")} | {
    f"__{name}_chk" for name in "memcpy memmove memset snprintf vsnprintf".split()}

# A bridge finds and loads what it bridges to, and looks at it in processes of its own; its own interface it may call by
# any name.
BRIDGE = set("""dlopen dlsym dlerror dladdr scandir scandir64 access open open64 close read pread pread64 fstat
fstat64 geteuid secure_getenv environ __environ strerror strsignal strdup strsep memmem __errno_location
__isoc99_sscanf __isoc23_sscanf sscanf fopen fopen64 fread fclose fputc fputs fwrite fprintf __fprintf_chk pipe2 poll
waitpid kill sigemptyset sigfillset posix_spawn posix_spawn_file_actions_init posix_spawn_file_actions_adddup2
posix_spawn_file_actions_destroy posix_spawnattr_init posix_spawnattr_setflags posix_spawnattr_setsigmask
posix_spawnattr_setsigdefault posix_spawnattr_destroy""".split())
BRIDGES = {
    "ladspa": (BRIDGE, ()),
    "lv2": (BRIDGE, ("lilv_", "serd_")),
}


def allowed(path, name):
    names, beginnings = BRIDGES.get(path.stem, (set(), ()))
    return name in ALLOWED | names or name.startswith(tuple(beginnings))


def run(*command):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout


def compile_c(tmp_path, code, *options):
    """A shared object (or with -c an object) made of a few lines of C."""
    source = tmp_path / "planted.c"
    made = tmp_path / ("planted.o" if "-c" in options else "planted.so")
    source.write_text(code)
    shared = [] if "-c" in options else ["-shared"]
    run("cc", "-std=gnu11", "-O1", "-fPIC", "-fvisibility=hidden", "-w", *options, *shared, "-o", made, source)
    return made


def mutable(path):
    """Names of the variables of an object that can change."""
    found = []
    for line in run("objdump", "-t", path).splitlines():
        # value, flags (7 characters), section, size, name
        match = re.match(r"^[0-9a-f]+ (.{7}) (\S+)\s+([0-9a-f]+)\s+(?:\.hidden |\.protected )?(.*)$", line)
        if match and WRITABLE.match(match.group(2)) and int(match.group(3), 16) > 0 and "d" not in match.group(1):
            found.append(match.group(4))
    return found


def exports(path):
    return sorted(line.split()[0] for line in run("nm", "-D", "--defined-only", "-P", path).splitlines())


def imports(path):
    return sorted(line.split()[0].partition("@")[0]
                  for line in run("nm", "-D", "--undefined-only", "-P", path).splitlines())


def shared_objects(build, folder):
    return sorted(path for path in (build / folder).rglob("*.so"))


def test_no_mutable_state(build):
    # The court is a process of its own, whose handlers and stand-ins have nowhere else to keep what they see.
    objects = [path for folder in ("core", "modules", "hosts") for path in sorted((build / folder).rglob("*.o"))
               if (build / "core/court") not in path.parents]
    if not objects:
        pytest.skip("nothing is built yet")
    assert [f"{path.relative_to(build)}: {name}" for path in objects for name in mutable(path)] == []


@pytest.mark.parametrize("code, name", [
    ("static int planted; int f(void) { return planted++; }", "planted"),
    ("int planted;", "planted"),
    ("int planted = 3;", "planted"),
    ("_Thread_local int planted;", "planted"),
    ("_Thread_local int planted = 1;", "planted"),
    ("int f(void) { static int planted = 7; return planted++; }", "planted"),
    ("const char *planted = \"name\";", "planted"),
    ("static const char *planted[] = {\"a\", \"b\"}; const char **f(void) { return planted; }", "planted"),
])
def test_convicts_state(code, name, tmp_path):
    assert any(found.startswith(name) for found in mutable(compile_c(tmp_path, code, "-c")))


def test_constants_are_no_state(tmp_path):
    code = "const int a = 1; const char *const names[] = {\"a\", \"b\"}; int (*const f[])(void) = {0};"
    assert mutable(compile_c(tmp_path, code, "-c")) == []


@pytest.mark.parametrize("folder, symbol", [("modules", "gph_module_1"), ("hosts", "gph_host_1")])
def test_one_symbol_out(folder, symbol, build):
    found = {path.name: exports(path) for path in shared_objects(build, folder)}
    if not found:
        pytest.skip(f"no shared object in {folder} yet")
    assert {name: symbols for name, symbols in found.items() if symbols != [symbol]} == {}


@pytest.mark.parametrize("code", [
    "",
    "#define OUT __attribute__((visibility(\"default\")))\nOUT const int gph_module_1 = 1; OUT int helper(void) { return 1; }",
    "__attribute__((visibility(\"default\"))) const int gph_host_1 = 1;",
])
def test_convicts_exports(code, tmp_path):
    assert exports(compile_c(tmp_path, code)) != ["gph_module_1"]


def test_few_symbols_in(build):
    found = {path.name: [name for name in imports(path) if not allowed(path, name)]
             for path in shared_objects(build, "modules")}
    if not found:
        pytest.skip("no module yet")
    assert {name: symbols for name, symbols in found.items() if symbols} == {}


CALLS = """write(1, "", 0); read(0, 0, 0); open("x", 0); openat(0, "x", 0); close(0); fopen("x", "r");
printf("%d", 1); puts("x"); fwrite("x", 1, 1, 0); pthread_mutex_lock(0); pthread_mutex_trylock(0);
pthread_cond_wait(0, 0); pthread_create(0, 0, 0, 0); sem_wait(0); nanosleep(0, 0); usleep(1); sched_yield();
clock_gettime(0, 0); syscall(39); getenv("X"); system("x"); dlopen("x", 1); strtod("1", 0); setlocale(0, 0);
rand(); mmap(0, 0, 0, 0, 0, 0); strerror(1); time(0); raise(1); exit(1)"""


@pytest.fixture(scope="module")
def planted_imports(tmp_path_factory):
    """What a module imports that calls everything it should not."""
    headers = "dlfcn fcntl locale pthread sched semaphore signal stdio stdlib string sys/mman time unistd"
    code = "#define _GNU_SOURCE\n" + "".join(f"#include <{name}.h>\n" for name in headers.split())
    code += f'__attribute__((visibility("default"))) void gph_module_1(void) {{ {CALLS}; }}\n'
    return imports(compile_c(tmp_path_factory.mktemp("planted"), code))


@pytest.mark.parametrize("name", [call.partition("(")[0].strip() for call in CALLS.split(";")])
def test_convicts_imports(name, planted_imports):
    assert name in planted_imports
    assert name not in ALLOWED


def test_paths_of_sources_stay_out(build, tmp_path):
    """No shared object tells where it was built."""
    home = str(build.resolve().parent).encode()
    stripped = tmp_path / "stripped.so"
    telling = []
    for path in shared_objects(build, "modules") + shared_objects(build, "hosts"):
        run("objcopy", "--strip-debug", path, stripped)
        if home in stripped.read_bytes():
            telling.append(path.name)
    assert telling == []
