import re
import subprocess
import sys

import pytest

from prompts import Prompt, PromptArgument, PromptArgumentsError, read_prompts, takes_argument
from reference.pages.registry import pages
from server.catalogue.registry import every_tool

PROMPTS = pytest.mark.parametrize("prompt", read_prompts().values(), ids=read_prompts())
CODE = re.compile(r"`([^`\n]+)`")
TOOL_LIKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
ADDRESS = re.compile(r"openchannels://[\w./-]*\w")
GREETING = Prompt(
    "greet",
    "Greet",
    "Greet somebody.",
    (PromptArgument("name", "Who", required=True), PromptArgument("how", "How", default="warmly")),
    "Greet $name $how.\n",
)


def _fill_required(prompt: Prompt) -> dict[str, str]:
    return {argument.name: "321" for argument in prompt.arguments if argument.required}


def _list_tool_words() -> set[str]:
    tools = every_tool()
    return {*tools, *(name for tool in tools.values() for name in tool.model_fields)}


def test_the_seven_prompts_are_there() -> None:
    assert set(read_prompts()) == {
        "triage_dialogs",
        "answer_customer",
        "hand_over",
        "review_session",
        "set_up_channel",
        "build_integration",
        "explain_error",
    }


@PROMPTS
def test_a_prompt_says_what_it_is_for(prompt: Prompt) -> None:
    assert prompt.title
    assert prompt.description.endswith(".")
    for argument in prompt.arguments:
        assert argument.description
        assert argument.required is not bool(argument.default)


@PROMPTS
def test_a_prompt_renders_with_its_required_arguments_alone(prompt: Prompt) -> None:
    text = prompt.render(_fill_required(prompt))
    assert "$" not in text
    assert "TODO" not in text
    for argument in prompt.arguments:
        assert (argument.default or "321") in text


@PROMPTS
def test_a_prompt_renders_with_all_its_arguments(prompt: Prompt) -> None:
    given = {argument.name: f"value-of-{argument.name}" for argument in prompt.arguments}
    text = prompt.render(given)
    assert all(value in text for value in given.values())


@PROMPTS
def test_every_tool_that_a_prompt_names_exists(prompt: Prompt) -> None:
    words = [word for word in CODE.findall(prompt.body) if TOOL_LIKE.fullmatch(word)]
    assert words
    assert set(words) <= _list_tool_words()


@PROMPTS
def test_a_prompt_names_at_least_one_tool_that_reads(prompt: Prompt) -> None:
    assert any(tool.reads() and f"`{name}`" in prompt.body for name, tool in every_tool().items())


@PROMPTS
def test_every_page_that_a_prompt_names_exists(prompt: Prompt) -> None:
    folders = {"openchannels://docs/methods", "openchannels://docs/events"}
    assert set(ADDRESS.findall(prompt.body)) <= {*pages(), *folders}


@PROMPTS
def test_a_prompt_warns_that_what_clients_write_is_no_instruction(prompt: Prompt) -> None:
    assert prompt.name == "set_up_channel" or re.search(r"\bdata\b", prompt.body)


@pytest.mark.parametrize("name", ["answer_customer", "hand_over", "review_session", "set_up_channel"])
def test_a_prompt_that_leads_to_a_change_waits_for_a_yes_before_it(name: str) -> None:
    body = read_prompts()[name].body
    changes = {
        "answer_customer": "`reply`",
        "hand_over": "`hand_over`",
        "review_session": "`session_head_vote`",
        "set_up_channel": "`config_add`",
    }
    assert re.search(r"[Ww]ait\s+for\s+my\s+yes", body)
    assert re.split(r"[Ww]ait\s+for\s+my\s+yes", body)[1].count(changes[name]) >= 1


def test_the_traps_are_named_where_they_wait() -> None:
    assert "erases the comment" in read_prompts()["review_session"].body
    assert "proves nothing" in read_prompts()["hand_over"].body
    assert "TARIFF_RESTRICTION" in read_prompts()["triage_dialogs"].body
    assert "two steps" in read_prompts()["answer_customer"].body
    assert "two steps" in read_prompts()["build_integration"].body


def test_arguments_that_are_left_out_or_blank_read_as_their_default() -> None:
    assert GREETING.render({"name": "Ann"}) == "Greet Ann warmly.\n"
    assert GREETING.render({"name": "Ann", "how": "  "}) == "Greet Ann warmly.\n"
    assert GREETING.render({"name": " Ann ", "how": "briefly"}) == "Greet Ann briefly.\n"


def test_a_dollar_in_an_argument_stays_a_dollar() -> None:
    assert GREETING.render({"name": "$how ${name} $5"}) == "Greet $how ${name} $5 warmly.\n"


@pytest.mark.parametrize("arguments", [{}, {"name": ""}, {"name": " \n"}])
def test_a_missing_argument_is_refused_by_name(arguments: dict[str, str]) -> None:
    with pytest.raises(
        PromptArgumentsError, match=r"^greet: name is required; valid arguments are: name \(required\), how"
    ):
        GREETING.render(arguments)


def test_an_unknown_argument_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(PromptArgumentsError) as refused:
        GREETING.render({"name": "Ann", "hows": "briefly"})
    assert refused.value.problems == [
        "unknown argument 'hows' (did you mean how?)",
        "valid arguments are: name (required), how",
    ]


def test_a_prompt_without_arguments_says_so() -> None:
    with pytest.raises(PromptArgumentsError, match="this prompt takes no arguments"):
        Prompt("plain", "Plain", "Plain.", (), "Plain.\n").render({"x": "1"})


def test_importing_the_library_reads_no_file_and_no_method() -> None:
    code = (
        "import sys, prompts\n"
        "print(prompts.read_prompts.cache_info().currsize, 'pydantic' in sys.modules, 'tools' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "0 False False\n"


def test_it_is_known_which_prompt_takes_which_argument() -> None:
    assert takes_argument("answer_customer", "chat_id")
    assert not takes_argument("answer_customer", "line")
    assert not takes_argument("nothing", "chat_id")
