# SPDX-License-Identifier: Apache-2.0
"""Which files a scan comes to: all of them, in one order, links by rule and no folder twice."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from havn.kit.scanning import Walk, WalkRules
from tests.support.nobody import not_as_root


def walked(*named, **rules):
    walk = Walk([str(each) for each in named], WalkRules(**rules))
    return [os.path.relpath(item.path, named[0]) for item in walk], walk.passed


def files(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def test_hidden_files_and_deep_ones_come_in_the_order_of_their_names(tmp_path):
    files(tmp_path, "b/2", "b/10", ".hidden/x", "a", "c/d/e/f")
    assert walked(tmp_path)[0] == [".hidden/x", "a", "b/10", "b/2", "c/d/e/f"]


def test_a_file_is_what_it_is_and_one_that_is_not_there_is_told_too(tmp_path):
    files(tmp_path, "a")
    assert [item.path for item in Walk([str(tmp_path / "a"), "gone"])] == [
        str(tmp_path / "a"),
        "gone",
    ]


def test_links_are_left_alone_and_counted(tmp_path):
    files(tmp_path, "in/a", "out/b")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "file").symlink_to(tmp_path / "out" / "b")
    found, passed = walked(tmp_path / "in")
    assert (found, passed.links) == (["a"], 2)


def test_links_that_are_followed_end_even_where_they_loop(tmp_path):
    files(tmp_path, "in/a", "in/deep/b", "out/c")
    (tmp_path / "in" / "deep" / "up").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "self").symlink_to(tmp_path / "in" / "self")
    (tmp_path / "in" / "out").symlink_to(tmp_path / "out")
    (tmp_path / "out" / "back").symlink_to(tmp_path / "in" / "deep")
    found, passed = walked(tmp_path / "in", follow_links=True)
    assert found == ["a", "deep/b", "out/c", "self"]  # the last leads nowhere, and is told as that
    assert passed.loops == 2


def test_a_folder_that_is_named_by_a_link_is_gone_into(tmp_path):
    files(tmp_path, "in/a")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    assert walked(tmp_path / "link")[0] == ["a"]


def test_pipes_are_left_alone_and_counted(tmp_path):
    files(tmp_path, "a")
    os.mkfifo(tmp_path / "pipe")
    found, passed = walked(tmp_path)
    assert (found, passed.special) == (["a"], 1)
    assert "1 pipes, sockets and devices" in passed.sentence()


def test_a_folder_that_may_not_be_opened_is_told():
    with TemporaryDirectory() as name:  # pytest's own may only be entered by its owner
        folder = Path(name)
        folder.chmod(0o755)
        files(folder, "closed/a", "z")
        (folder / "closed").chmod(0)
        with not_as_root():
            problems = [item.problem for item in Walk([name])]
        (folder / "closed").chmod(0o700)
    assert len(problems) == 2
    assert "nothing in it was looked at" in problems[0]


def test_folders_go_deeper_than_python_calls_functions(tmp_path):
    folder = tmp_path
    for _ in range(300):
        folder /= "d"
    files(folder, "a")
    assert len(walked(tmp_path)[0]) == 1


@given(
    st.sets(
        st.text(alphabet="ab.", min_size=1, max_size=3).filter(lambda name: name.strip(".")),
        max_size=8,
    )
)
def test_a_walk_comes_to_every_file_once(tmp_path_factory, names):
    folder = tmp_path_factory.mktemp("walk")
    made = []
    for number, name in enumerate(sorted(names)):
        inner = folder / name if number % 2 else folder / name / "below"
        files(folder, os.path.relpath(inner, folder))
        made.append(os.path.relpath(inner, folder))
    assert sorted(walked(folder)[0]) == sorted(made)
