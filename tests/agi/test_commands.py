import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.commands import MAX_VALUE, dialled, harmless, set_variables

AGI_LINE = 2047
"""What Asterisk reads of a line at most (AGI_BUF_LEN less the final zero)."""


def test_variables_are_set_one_a_line() -> None:
    commands = set_variables({"RINGDESK_NAME": "Ana Müller", "CALLERID(name)": ""})
    assert commands.decode() == 'SET VARIABLE RINGDESK_NAME "Ana Müller"\nSET VARIABLE CALLERID(name) ""\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"\nHANGUP\n', "' HANGUP"),
        ("a\r\nEXEC System x", "a EXEC System x"),
        ("${SHELL(id)} $[1+1]", "(SHELL(id)) (1+1)"),
        ("`id` \\", "'id' /"),
        ("tab\tnul\0bell\x07", "tab nul bell"),
        ("line\u2028end \u202eevil", "line end evil"),
        ("Smith, John & Co; Ltd", "Smith, John & Co; Ltd"),
        ("ნინო", "ნინო"),
    ],
)
def test_text_becomes_harmless(text: str, expected: str) -> None:
    assert harmless(text) == expected


@given(st.text())
def test_any_text_stays_one_quoted_word_of_one_line(text: str) -> None:
    line = set_variables({"X": text}).decode()
    assert line.startswith('SET VARIABLE X "')
    assert line.endswith('"\n')
    inside = line[len('SET VARIABLE X "') : -2]
    assert not set('"\\${}[]`\r\n\0') & set(inside)
    assert len(inside) <= MAX_VALUE
    assert len(line.encode()) <= AGI_LINE


@given(st.text())
def test_harmless_text_is_left_as_it_is(text: str) -> None:
    assert harmless(harmless(text)) == harmless(text)


def test_extension_keeps_only_what_can_be_dialled() -> None:
    assert dialled("PJSIP/101&Local/1@x,5") == "PJSIP101Local1x5"
    assert dialled("*43#") == "*43#"


@pytest.mark.parametrize("name", ["", "a b", 'X "', "X\n", "lower", "SHELL(rm x)", "X(y)z"])
def test_name_that_is_no_variable_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        set_variables({name: "x"})
