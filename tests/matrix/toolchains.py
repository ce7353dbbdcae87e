# SPDX-License-Identifier: Apache-2.0
"""The compilers, linkers and tools of the matrix: which there are, how they are called, what does not apply."""
import dataclasses
import os
import pathlib
import shutil
import subprocess

ALL_TOOLCHAINS = os.environ.get("ROTA_ALL_TOOLCHAINS") == "1"
SOURCES = pathlib.Path(__file__).parent
BUILD = pathlib.Path(os.environ["ROTA_BUILD_DIR"])
INCLUDES = ["-I", os.environ["ROTA_SOURCE_DIR"] + "/include", "-I", str(BUILD / "include")]

# For each compiler of C++ the one of C beside it, and the runtime of its address sanitizer.
COMPILERS = {"g++": "gcc", "clang++-14": "clang-14"}
LINKERS = {"bfd": "ld.bfd", "gold": "ld.gold", "lld": "ld.lld-14"}
LANGUAGES = ("c++", "c")

# How objects are compiled; several modes of linking share them.
OBJECTS = {
    "O0": ["-O0"],
    "O2": ["-O2", "-ffunction-sections", "-fdata-sections"],
    "lto": ["-O2", "-flto"],
    "asan": ["-O1", "-fsanitize=address"],
}


@dataclasses.dataclass(frozen=True)
class Mode:
    objects: str
    link: tuple = ()


MODES = {
    "O0": Mode("O0"),
    "gc-sections": Mode("O2", ("-Wl,--gc-sections",)),
    "lto": Mode("lto", ("-flto", "-O2")),
    "s": Mode("O2", ("-s",)),
}

# What is done to a finished plugin: {} is the file.
TOOLS = {
    "strip": ("strip", "{}"),
    "strip-unneeded": ("strip", "--strip-unneeded", "{}"),
    "strip-all": ("strip", "--strip-all", "{}"),
    "eu-strip": ("eu-strip", "{}"),
    "llvm-strip": ("llvm-strip-14", "{}"),
    "llvm-strip-all": ("llvm-strip-14", "--strip-all", "{}"),
    "llvm-objcopy-strip-sections": ("llvm-objcopy-14", "--strip-sections", "{}"),
    "patchelf-set-rpath": ("patchelf", "--set-rpath", "/a/folder/that/is/longer/than/what/was/there", "{}"),
    "patchelf-add-needed": ("patchelf", "--add-needed", "libm.so.6", "{}"),
}


def wanted(program):
    """What is not installed is left out, unless all is asked for: then its absence fails the test."""
    return ALL_TOOLCHAINS or shutil.which(program) is not None


def applies(compiler, mode, linker):
    """GCC's intermediate code can only be read by GCC's plugin for linkers, which lld does not load."""
    return not (compiler == "g++" and mode == "lto" and linker == "lld")


def combinations(modes):
    return [(compiler, mode, linker)
            for compiler, c in COMPILERS.items() if wanted(compiler) and wanted(c)
            for mode in modes
            for linker, program in LINKERS.items() if wanted(program) and applies(compiler, mode, linker)]


def tools():
    return [name for name, command in TOOLS.items() if wanted(command[0])]


def run(command, **options):
    """Runs a command that is expected to succeed, and gives what it printed."""
    command = [str(word) for word in command]
    assert shutil.which(command[0]), f"{command[0]} is not installed: run tools/setup lint"
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, f"{command} gave {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


class Factory:
    """Compiles each object and links each plugin once, in one folder."""

    def __init__(self, folder):
        self.folder = folder
        # A name of lld that both compilers find: GCC knows no version of it.
        self.linkers = folder / "linkers"
        self.linkers.mkdir()
        if lld := shutil.which(LINKERS["lld"]):
            (self.linkers / "ld.lld").symlink_to(lld)

    def once(self, target, command):
        if not target.exists():
            run([*command, "-o", target])
        return target

    def object(self, compiler, language, objects):
        target = self.folder / f"{compiler}-{language}-{objects}.o"
        common = ["-fPIC", "-Wall", "-Wextra", "-Werror", *OBJECTS[objects], *INCLUDES, "-c"]
        if language == "c":
            return self.once(target, [COMPILERS[compiler], "-std=c11", *common, SOURCES / "classes.c"])
        # As rota_add_plugin() does.
        special = ["-fno-gnu-unique"] if compiler == "g++" else []
        return self.once(target, [compiler, "-std=c++20", "-DROTA_PLUGIN", "-fvisibility=hidden",
                                  "-fvisibility-inlines-hidden", *special, *common, SOURCES / "classes.cc"])

    def plugin(self, compiler, language, mode, linker):
        made = self.object(compiler, language, MODES[mode].objects)
        target = self.folder / f"{compiler}-{language}-{mode}-{linker}.so"
        driver = compiler if language == "c++" else COMPILERS[compiler]
        library = ["-L", BUILD / "lib", "-lrota"] if language == "c++" else []
        return self.once(target, [driver, "-shared", f"-fuse-ld={linker}", "-B", self.linkers, made,
                                  *MODES[mode].link, "-Wl,-z,defs", *library])

    def sanitized_plugin(self, compiler, language):
        made = self.object(compiler, language, "asan")
        target = self.folder / f"{compiler}-{language}-asan.so"
        driver = compiler if language == "c++" else COMPILERS[compiler]
        # Open symbols: clang's runtime is in the program, not in the library.
        return self.once(target, [driver, "-shared", "-fsanitize=address", made])
