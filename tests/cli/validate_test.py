# SPDX-License-Identifier: Apache-2.0
"""rota validate: all that is wrong with a plugin is told, and nothing of it reaches the caller."""
import json
import os
import pathlib
import shutil
import signal
import time
import uuid

import pytest
from conftest import PLUGINS, one_line, wait_for

LOADING = "while its library was being loaded"


@pytest.fixture
def obeying(bare):
    """A project with the plugin that does what the environment says; none of its processes outlives a test."""
    bare.add("obeying")
    mark = bare.environment["TEST_MARK"] = str(uuid.uuid4())
    yield bare
    wait_for(lambda: processes_with(mark) == [])


def processes_with(mark):
    """All processes, zombies too, that have the mark in their environment."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def validate(project, *arguments, status, **told):
    project.environment.update(told)
    done = project.command("validate", "--json", *(arguments or ("scripts/obeying.so",)))
    assert done.returncode == status, done.stdout + done.stderr
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert report["good"] is (status == 0)
    return report["files"]


def failures(files):
    return [(failure["task_id"], failure["message"]) for file in files for failure in file["failures"]]


def test_a_sound_plugin_is_good_and_classes_that_need_arguments_are_named(obeying):
    done = obeying.command("validate", "scripts/obeying.so")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("ok      scripts/obeying.so  (3 task classes)\n"
                           "        not made: t_needy: it needs the arguments source, target\n"
                           "1 file: 1 good, 0 failed\n")
    assert validate(obeying, status=0) == [{
        "file": "scripts/obeying.so", "good": True, "made": ["t_a", "t_b", "t_c"],
        "not_made": [{"task_id": "t_needy", "reason": "it needs the arguments source, target"}],
        "failures": [], "note": ""}]


@pytest.mark.parametrize("told, how", [
    ("abort", "crashed (Aborted)"),
    ("sleep", "no answer in 0.5 s"),
    ("exit", "ended the process with exit status 0"),
    ("_exit", "ended the process with exit status 3"),
    ("throw", "crashed (Aborted)"),
    ("rubbish", "wrote into the result of its validation"),
    ("json", "wrote into the result of its validation"),
    ("forge", "wrote into the result of its validation"),
    ("flood", "wrote into the result of its validation"),
    ("close", "ended the process with exit status 1"),
])
def test_what_a_static_constructor_does_is_told_of_the_file(obeying, told, how):
    files = validate(obeying, "scripts", "--timeout=0.5", status=1, AT_LOAD=told)
    assert failures(files) == [(None, f"{how} {LOADING}")]
    assert files[0]["made"] == []


@pytest.mark.parametrize("told, message", [
    ("abort", "crashed (Aborted) while it was being made"),
    ("sleep", "no answer in 0.5 s while it was being made"),
    ("exit", "ended the process with exit status 0 while it was being made"),
    ("_exit", "ended the process with exit status 3 while it was being made"),
    ("throw", "its constructor threw: no licence"),
    ("throw_int", "its constructor threw something that is no std::exception"),
    ("rubbish", "wrote into the result of its validation while it was being made"),
    ("json", "wrote into the result of its validation while it was being made"),
    ("forge", "wrote into the result of its validation while it was being made"),
])
def test_what_a_constructor_does_is_told_of_its_class_and_hides_no_other(obeying, told, message):
    files = validate(obeying, "scripts/obeying.so", "--timeout=0.5", status=1, AT_MAKE=told)
    assert failures(files) == [("t_b", message)]
    assert files[0]["made"] == ["t_a", "t_c"]


def test_a_class_that_crashes_in_its_destructor_fails(obeying):
    files = validate(obeying, status=1, AT_REMOVE="abort")
    assert failures(files) == [("t_b", "crashed (Aborted) while it was being deleted")]
    assert files[0]["made"] == ["t_a", "t_c"]


@pytest.mark.parametrize("told, how", [("abort", "crashed (Aborted)"), ("sleep", "no answer in 0.5 s"),
                                       ("_exit", "ended the process with exit status 3"),
                                       ("json", "wrote into the result of its validation")])
def test_what_a_static_destructor_does_is_told_of_the_file(obeying, told, how):
    files = validate(obeying, "scripts", "--timeout=0.5", status=1, AT_END=told)
    assert failures(files) == [(None, f"{how} while the process that had loaded it was ending")]
    assert files[0]["made"] == ["t_a", "t_b", "t_c"]


def test_loading_and_making_are_told_apart_also_for_a_single_class(bare):
    bare.add("obeying_alone")
    assert failures(validate(bare, "scripts", status=1, AT_LOAD="abort")) == [(None, f"crashed (Aborted) {LOADING}")]
    assert failures(validate(bare, "scripts", status=1, AT_LOAD="", AT_MAKE="abort")) == [
        ("t_b", "crashed (Aborted) while it was being made")]


def test_the_library_is_loaded_also_for_a_class_that_is_not_made(obeying):
    files = validate(obeying, "t_needy", status=1, AT_LOAD="abort")
    assert failures(files) == [(None, f"crashed (Aborted) {LOADING}")]


def test_a_failure_is_shown_with_what_the_plugin_wrote_in_that_step(obeying):
    files = validate(obeying, status=1, AT_LOAD="print", AT_MAKE="abort")
    assert files[0]["failures"][0]["output"] == "about to abort\nat once\033[31m\n"
    obeying.environment |= {"AT_MAKE": "throw"}
    done = obeying.command("validate", "scripts")
    assert ("FAILED  scripts/obeying.so: t_b: its constructor threw: no licence\n"
            "        it wrote:\n"
            "          | asking for the licence\n"
            "        good: t_a, t_c\n") in done.stdout
    obeying.environment |= {"AT_MAKE": "abort"}
    done = obeying.command("validate", "scripts")
    assert "          | at once\\x1b[31m\n" in done.stdout and "\033" not in done.stdout + done.stderr


def test_of_much_output_the_end_is_kept(obeying):
    output = validate(obeying, status=1, AT_MAKE="chatter")[0]["failures"][0]["output"]
    assert len(output) == 4096 and output.endswith("line 99998\nline 99999\n")


def test_a_missing_symbol_is_named(bare):
    plugin = shutil.copy(os.environ["ROTA_UNLINKED_PLUGIN"], bare.folder)
    (task_id, message), = failures(validate(bare, plugin, status=1))
    assert task_id is None
    assert "cannot be loaded" in message and "undefined symbol: a_symbol_that_is_nowhere" in message


def test_a_missing_library_is_named(bare):
    bare.add("needs_absent_library")
    (task_id, message), = failures(validate(bare, "scripts", status=1))
    assert task_id is None
    assert "librota_test_absent.so: cannot open shared object file" in message


def test_a_plugin_without_its_entry_fails(bare):
    bare.add("no_entry")
    (_, message), = failures(validate(bare, "scripts", status=1))
    assert "build it" in message


def test_a_class_of_the_manifest_without_code_fails_alone(obeying):
    files = validate(obeying, status=1, AT_LOAD="forget")
    (task_id, message), = failures(files)
    assert task_id == "t_c" and "no code for it" in message
    assert files[0]["made"] == ["t_a", "t_b"]


def test_code_for_another_plugin_interface_than_the_manifest_says_fails(obeying):
    (task_id, message), = failures(validate(obeying, status=1, AT_LOAD="version"))
    assert task_id is None and "another version of the plugin interface" in message


def test_a_task_id_means_that_class_alone(obeying):
    obeying.environment["AT_MAKE"] = "throw"
    files = validate(obeying, "t_c", status=0)
    assert [(file["file"], file["made"]) for file in files] == [(str(obeying.folder / "scripts/obeying.so"), ["t_c"])]
    files = validate(obeying, "t_c", "t_b", status=1)
    assert [file["made"] for file in files] == [["t_c"], []]
    assert failures(files) == [("t_b", "its constructor threw: no licence")]
    files = validate(obeying, "t_needy", status=0)
    assert [one["task_id"] for one in files[0]["not_made"]] == ["t_needy"]


def test_a_folder_means_all_plugins_below_it_each_on_its_own(obeying):
    obeying.add("pipeline")
    deep = obeying.folder / "scripts" / "deep er"
    deep.mkdir()
    shutil.copy(os.environ["ROTA_HOSTILE_PLUGIN"], deep / "hostile plugin.so")
    shutil.copy(next(PLUGINS.glob("librota_test_absent.so")), deep / "library.so")
    (deep / "text.so").write_text("no library\n")
    files = {pathlib.Path(file["file"]).name: file for file in validate(obeying, "scripts", status=1)}
    assert {name: file["good"] for name, file in files.items()} == {
        "obeying.so": True, "pipeline.so": True, "hostile plugin.so": False, "library.so": True, "text.so": False}
    assert len(files["pipeline.so"]["made"]) == 4
    assert "without task classes" in files["library.so"]["note"]
    assert "it is no shared library" in files["text.so"]["failures"][0]["message"]


def test_a_file_named_by_itself_must_be_a_plugin(bare):
    (bare.folder / "notes").write_text("no library\n")
    os.mkfifo(bare.folder / "fifo.so")
    files = validate(bare, "notes", "fifo.so", "/dev/null", status=1)
    assert [file["made"] for file in files] == [[], [], []]
    assert "no shared library" in failures(files)[0][1] and "no regular file" in failures(files)[1][1]


def test_what_is_not_there_is_a_usage_error_before_anything_runs(obeying):
    obeying.environment["AT_LOAD"] = "note"
    for what, message in [("t_bb", "there is no task t_bb; did you mean t_b?"),
                          ("no/such.so", "there is no file or folder no/such.so"),
                          ("scripts/obeying.so/x", "there is no file or folder scripts/obeying.so/x")]:
        done = obeying.command("validate", "scripts/obeying.so", what)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in one_line(done.stderr)
    for timeout in ("0", "-1", "nan", "inf", "1e9", "soon", ""):
        done = obeying.command("validate", "scripts", f"--timeout={timeout}")
        assert done.returncode == 2, timeout
        one_line(done.stderr)
    assert obeying.command("validate").returncode == 2
    assert not (obeying.folder / "surroundings").exists()


def test_a_folder_without_plugins_is_warned_of(bare):
    (bare.folder / "scripts").mkdir()
    done = bare.command("validate", "scripts")
    assert done.returncode == 0 and "no plugins were found" in one_line(done.stderr)


def test_the_plugin_has_no_input_no_core_file_and_a_group_of_its_own_and_ends_with_its_parent(obeying):
    validate(obeying, status=0, AT_LOAD="note")
    no_core, own_group, end_of_input, with_parent = (obeying.folder / "surroundings").read_text().split()
    assert (no_core, own_group, end_of_input, with_parent) == ("0", "1", "-1", str(int(signal.SIGKILL)))


@pytest.mark.parametrize("how", ["leave", "daemon"])
def test_a_process_that_is_left_behind_is_not_waited_for_and_is_ended(obeying, how):
    began = time.monotonic()
    validate(obeying, status=0, AT_LOAD=how)
    assert time.monotonic() - began < 5
    assert (obeying.folder / "left_behind").exists()
    assert processes_with(obeying.environment["TEST_MARK"]) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_ends_the_plugin_too(obeying, number):
    obeying.environment["AT_LOAD"] = "sleep"
    running = obeying.start("validate", "scripts", "--timeout=600")
    wait_for((obeying.folder / "sleeping").exists)
    running.send_signal(number)
    output, errors = running.communicate(timeout=20)
    assert running.returncode == 130 and output == "" and "interrupted" in one_line(errors)
    wait_for(lambda: processes_with(obeying.environment["TEST_MARK"]) == [])


def test_a_plugin_ends_also_when_the_command_is_killed(obeying):
    obeying.environment["AT_MAKE"] = "sleep"
    running = obeying.start("validate", "scripts", "--timeout=600")
    wait_for((obeying.folder / "sleeping").exists)
    running.kill()
    running.communicate(timeout=20)
    wait_for(lambda: processes_with(obeying.environment["TEST_MARK"]) == [])


def test_a_caller_that_ignores_the_ends_of_children_gets_the_same_answer(obeying):
    obeying.environment["AT_MAKE"] = "abort"
    script = "trap '' CHLD; exec \"$@\""
    done = obeying.command("validate", "scripts", prefix=("/bin/sh", "-c", script, "sh"))
    assert done.returncode == 1 and "crashed (Aborted)" in done.stdout


def test_a_caller_without_open_files_gets_the_same_answer(obeying):
    for closed in ("0<&-", "2>&-", "0<&- 2>&-"):
        done = obeying.command("validate", "scripts",
                               prefix=("/bin/sh", "-c", f"exec \"$@\" {closed}", "sh"))
        assert done.returncode == 0 and done.stdout.startswith("ok "), closed


def test_the_child_is_no_command_for_people(obeying):
    assert "validate-child" not in obeying.command("--help").stdout
    assert "did you mean validate?" in obeying.command("validate-chil").stderr
    done = obeying.command("validate-child", "--parent=1", "--step-seconds=1", "--from=t_a",
                           "--file=scripts/obeying.so")
    assert done.returncode == 1 and "rota validate" in one_line(done.stderr)
