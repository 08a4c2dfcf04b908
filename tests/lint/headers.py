"""The installed headers: each compiles alone, as each C and C++ that people use, and says what it is for."""
import re
import shutil
import subprocess

import pytest

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-fsyntax-only"]
COMPILERS = [("gcc", "c99"), ("gcc", "c11"), ("clang", "c99"), ("clang", "c11"), ("clang", "c17"),
             ("g++", "c++11"), ("g++", "c++20")]
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
# Of an inline function: what it calls is not declared there.
BODY = re.compile(r"^\{$.*?^\}$", re.MULTILINE | re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
THREAD = re.compile(r"\[[^\]]*\b(control|audio|worker|any|thread)\b[^\]]*\]")
POINTER = re.compile(r"\(\s*(?:GPH_CALL\s*)?\*\s*(\w+)\)\s*\(")
FUNCTION = re.compile(r"\b(gph_\w+)\s*\(")


def headers(source):
    return sorted((source / "core/include/graphophone").glob("*.h"))


def compiles(compiler, standard, header, include):
    """What a compiler has to say about a file that is this one header, twice; "" for nothing."""
    language = "c++" if "++" in standard else "c"
    run = subprocess.run([compiler, "-x", language, f"-std={standard}", *STRICT, f"-I{include}", "-"], text=True,
                         input=f'#include "{header}"\n#include "{header}"\n', capture_output=True)
    return "" if run.returncode == 0 else run.stderr or "failed without a word"


@pytest.mark.parametrize("compiler, standard", COMPILERS, ids=lambda value: value)
def test_compiles_alone(compiler, standard, source):
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed")
    assert headers(source)
    problems = [compiles(compiler, standard, header, source / "core/include") for header in headers(source)]
    assert "".join(problems) == ""


@pytest.mark.parametrize("compiler, standard", COMPILERS, ids=lambda value: value)
@pytest.mark.parametrize("planted", ["uint32_t f(void);", "int f(a, b);", "#define G 1\nint f(void) { return H; }",
                                     "static int f(void);"])
def test_convicts_header(compiler, standard, planted, tmp_path):
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed")
    header = tmp_path / "planted.h"
    header.write_text(f"#ifndef PLANTED_H\n#define PLANTED_H\n{planted}\n#endif\n")
    assert compiles(compiler, standard, header, tmp_path) != ""


def declarations(text):
    """(line, name, comment, is_inline) of each function and function pointer a header declares.

    The comment is the one that ends right before the declaration or begins on its last line.
    """
    plain = DIRECTIVE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    plain = BODY.sub(lambda match: ";" + re.sub(r"[^\n]", " ", match.group()[1:]), plain)
    comments = list(COMMENT.finditer(plain))
    bare = COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), plain)
    begin = depth = 0
    for offset, letter in enumerate(bare):
        depth += (letter == "(") - (letter == ")")
        if depth or letter not in ";{}":
            continue
        statement = bare[begin:offset]
        start = begin + len(statement) - len(statement.lstrip())
        statement = statement.strip()
        pointer = POINTER.search(statement)
        function = FUNCTION.search(statement)
        match = pointer if pointer and statement.count("(", 0, pointer.start()) == 0 else function
        if match and "=" not in statement and statement.count("(", 0, match.start()) == 0:
            before = [one for one in comments if one.end() <= start and not bare[one.end():start].strip()]
            after = [one for one in comments if one.start() > offset and "\n" not in bare[offset:one.start()]]
            comment = before[-1:] or after[:1]
            # A comment behind the statement before, on its line, is about that one.
            if before and text[text.rfind("\n", 0, before[-1].start()) + 1:before[-1].start()].strip():
                comment = after[:1]
            yield (text.count("\n", 0, start) + 1, match.group(1), comment[0].group() if comment else "",
                   "inline" in statement.split())
        begin = offset + 1


def undocumented(text):
    """Names of functions without a comment, or whose comment names no thread.

    A header may say once, at its top, which thread all are called on "unless it says" otherwise.
    """
    problems = []
    opening = COMMENT.match(text)
    said_once = bool(opening and "Threads." in opening.group() and "unless it says" in opening.group())
    for line, name, comment, is_inline in declarations(text):
        if not comment:
            problems.append(f"{line}: {name} has no comment")
        elif not is_inline and not said_once and not THREAD.search(comment):
            problems.append(f"{line}: the comment of {name} does not say on which thread it is called")
    return problems


def test_documented(source):
    problems = [f"{header.name}:{problem}" for header in headers(source)
                for problem in undocumented(header.read_text(encoding="utf-8"))]
    assert problems == []


@pytest.mark.parametrize("planted, name", [
    ("int gph_planted(int n);", "gph_planted"),
    ("/* Does it. */\nint gph_planted(int n);", "gph_planted"),
    ("int gph_other(void); /* [any] This one. */\nint\ngph_planted(void);", "gph_planted"),
    ("struct s {\n    int n; /* [any] of them */\n    void(GPH_CALL *planted)(int n);\n};", "planted"),
    ("/* [any] Fine. */\nint gph_fine(void(GPH_CALL *each)(int n));\n\nint gph_planted(void) GPH_AUDIO;", "gph_planted"),
    ("static inline float gph_planted(float x)\n{\n    return x;\n}", "gph_planted"),
])
def test_convicts_undocumented(planted, name):
    assert [problem for problem in undocumented(planted) if name in problem]
    assert len(undocumented(planted)) == 1


def test_reads_every_declaration(source):
    """The reader of declarations sees what a plain search for function pointers sees."""
    text = (source / "core/include/graphophone/module.h").read_text(encoding="utf-8")
    names = {name for _, name, _, _ in declarations(text)}
    assert {"create", "destroy", "configure", "activate", "process", "reset", "deactivate", "extension", "text",
            "number", "get", "log", "fault", "emit", "restart"} <= names
