"""The policy alone: what it lets through, and in which words it refuses."""

from itertools import product

import pytest

from server.config.settings import Settings, SettingsError
from server.policy import DEFAULT_POLICY, Policy, PolicyRule
from tools import DEFAULT_TOOLSETS, TOOLSETS
from tools.dialogs import DialogGet
from tools.effect import NO_EFFECT, Effect
from tools.operators import OperatorFinish, OperatorSkip
from tools.tool import Tool

EVERYTHING = frozenset(TOOLSETS)


@pytest.mark.parametrize(
    ("allow", "tool", "passes"),
    [
        ({"operator_skip"}, OperatorSkip, True),
        ({"operators"}, OperatorSkip, True),
        ({"takeover"}, OperatorSkip, True),
        ({"takeover", "destructive"}, OperatorSkip, True),
        ({"destructive"}, OperatorSkip, False),
        ({"dialogs"}, OperatorSkip, False),
        ({"operators"}, DialogGet, False),
        ({"read"}, DialogGet, True),
        (set(), DialogGet, True),
    ],
)
def test_a_tool_passes_by_its_name_its_toolset_or_all_of_its_effects(
    allow: set[str], tool: type[Tool], passes: bool
) -> None:
    assert OperatorSkip.effects == Effect.TAKEOVER
    assert (PolicyRule(allow=frozenset(allow)).explain_refusal(tool) is None) is passes


def test_one_of_several_effects_is_not_enough_to_pass_and_enough_to_be_stopped() -> None:
    one, *others = OperatorFinish.effects.names
    assert others
    allowed = PolicyRule(allow=frozenset({one})).explain_refusal(OperatorFinish)
    assert allowed == f"only {one} is allowed here"
    assert PolicyRule(deny=frozenset({one})).explain_refusal(OperatorFinish) == f"{one} is denied here"
    assert PolicyRule(deny=frozenset({one})).explain_denial(OperatorFinish) is None, "effects are no names"


def test_a_refusal_by_effects_names_both_sides_even_where_nothing_is_allowed() -> None:
    reading = Policy(EVERYTHING, effects=Effect.READ).explain_refusal(OperatorSkip)
    assert reading == "its effects are takeover, and only read is allowed here"
    nothing = Policy(EVERYTHING, effects=NO_EFFECT).explain_refusal(DialogGet)
    assert nothing == "its effects are read, and only nothing is allowed here"


def test_a_tool_of_no_toolset_exists_whatever_toolsets_are_on() -> None:
    assert "docs_search" in Policy(frozenset()).tools
    assert "dialog_get" not in Policy(frozenset()).tools


def test_of_a_toolset_that_is_partly_on_the_default_tools_exist() -> None:
    partly = Policy(frozenset(), partly=frozenset({"operators"}))
    assert partly.explain_refusal(OperatorSkip) is None
    assert partly.explain_refusal(OperatorFinish) == (
        "it is none of the default tools; all of its toolset come with --toolsets default,operators "
        "(OPENCHANNELS_TOOLSETS)"
    )
    assert partly.explain_refusal(DialogGet) == (
        "its toolset dialogs is not switched on here (--toolsets, OPENCHANNELS_TOOLSETS)"
    )


def test_the_word_default_in_the_settings_stands_for_the_default_tools() -> None:
    default = Policy.from_settings(Settings(sandbox=True))
    assert (default.toolsets, default.partly) == (frozenset(), frozenset(DEFAULT_TOOLSETS))
    both = Policy.from_settings(Settings(sandbox=True, toolsets=frozenset({"default", "dialogs"})))
    assert (both.toolsets, both.partly) == (frozenset({"dialogs"}), frozenset(DEFAULT_TOOLSETS) - {"dialogs"})


def test_a_bound_leaves_of_each_toolset_what_both_sides_leave() -> None:
    mixed = Policy(frozenset({"dialogs"}), partly=frozenset({"operators", "channels"}))
    for one, other in product((Policy(frozenset()), DEFAULT_POLICY, Policy(EVERYTHING), mixed), repeat=2):
        assert set(one.narrow(other).tools) == set(one.tools) & set(other.tools)


@pytest.mark.parametrize(("one", "other", "both"), [("tools", "tools", "tools"), ("tools", "gateway", "gateway")])
def test_the_gateway_of_either_side_holds_for_both(one: str, other: str, both: str) -> None:
    first, second = Policy(EVERYTHING, mode=one), Policy(EVERYTHING, mode=other)  # type: ignore[arg-type]
    assert first.narrow(second).mode == second.narrow(first).mode == both


def test_a_caller_is_not_tainted_unless_the_settings_say_so() -> None:
    assert Policy(EVERYTHING).taint is False
    assert Policy.from_settings(Settings(sandbox=True)).taint is False


@pytest.mark.parametrize(
    ("word", "hint"), [("operator_skp", "; did you mean operator_skip?"), ("xyzzy", "is no effect, toolset or tool")]
)
def test_a_misspelt_word_of_a_rule_is_refused_with_the_nearest_one(word: str, hint: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Policy.from_settings(Settings(sandbox=True, deny=frozenset({word})))
    assert str(refused.value).endswith(hint)
