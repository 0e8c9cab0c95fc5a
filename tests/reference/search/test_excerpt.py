from pathlib import Path

from reference.pages.page import Kind, Page
from reference.search.documents import Document
from reference.search.excerpt import LONGEST, format_line, make_excerpt
from reference.search.vocabulary import read_tokens
from reference.search.weights import ANSWERED, DECLARED, MENTIONED

TEXT = """# demo.method: Demo

What it is about, in a paragraph
that goes on in a second line.

## Arguments

| Argument | REST parameter | Meaning |
| --- | --- | --- |
| `chat_id` | `PARAMS.CHAT_ID` | number of a chat, not of a USER_CODE |
| `mode` | `MODE` | - |

## Result

`{SERVER_ADDRESS}`, a string.

## Behaviour

- Boring beginning.
- The weather of keyboards,
  with buttons.

```text
code is not searched: keyboard keyboard
```

## Related

- keyboard keyboard
"""


def _document(text: str, kind: Kind = "method") -> Document:
    return Document(Page("openchannels://docs/x", "demo.method", kind, "Demo", "A demo.", lambda: text, Path()))


def _excerpt(text: str, question: str) -> tuple[str, str]:
    return make_excerpt(_document(text).sections, dict.fromkeys(read_tokens(question), 1.0))


def test_a_page_is_read_by_paragraphs_points_and_rows_without_code_and_repeating_sections() -> None:
    sections = [(section.heading, [line.text for line in section.lines]) for section in _document(TEXT).sections]
    assert sections == [
        ("", ["What it is about, in a paragraph that goes on in a second line."]),
        (
            "Arguments",
            [
                "| `chat_id` | `PARAMS.CHAT_ID` | number of a chat, not of a USER_CODE |",
                "| `mode` | `MODE` | - |",
            ],
        ),
        ("Result", ["`{SERVER_ADDRESS}`, a string."]),
        ("Behaviour", ["- Boring beginning.", "- The weather of keyboards, with buttons."]),
    ]


def test_fields_are_told_by_where_they_stand() -> None:
    fields = set(_document(TEXT).list_fields())
    assert {("CHAT_ID", DECLARED), ("chat_id", DECLARED), ("MODE", DECLARED)} <= fields
    assert ("SERVER_ADDRESS", ANSWERED) in fields
    assert ("USER_CODE", MENTIONED) in fields
    assert not {name for name, _ in fields} & {"number", "weather"}


def test_the_excerpt_is_the_place_with_the_words_of_the_question() -> None:
    assert _excerpt(TEXT, "keyboard") == ("Behaviour", "The weather of keyboards, with buttons.")


def test_a_row_of_a_table_is_readable_outside_of_it() -> None:
    heading, text = _excerpt(TEXT, "mode")
    assert heading == "Arguments"
    assert text == "`mode` · `MODE`"
    assert format_line(r"| a \| b | - |  | c |") == "a | b · c"


def test_without_a_word_of_the_question_the_excerpt_is_the_beginning() -> None:
    assert _excerpt(TEXT, "zebra") == ("", "What it is about, in a paragraph that goes on in a second line.")
    assert make_excerpt((), {}) == ("", "")


def test_what_follows_fills_the_excerpt_as_far_as_whole_lines_fit() -> None:
    _, text = _excerpt("# x\n\n- keyboard\n- short\n- " + "long " * 100 + "\n", "keyboard")
    assert text == "keyboard\nshort"


def test_a_long_paragraph_begins_with_its_best_sentence_and_ends_at_a_word() -> None:
    _, text = _excerpt("# x\n\n" + "Nothing here. " * 40 + "The keyboard is here. " + "More of it. " * 40, "keyboard")
    assert text.startswith("… The keyboard is here. More of it.")
    assert text.endswith(" …")
    assert len(text) <= LONGEST
