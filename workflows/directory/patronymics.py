"""Russian patronymics: in Ирина Петровна the second word is her father's name, and no surname."""

# ruff: noqa: RUF001  names stand here in their own letters

from collections.abc import Iterator
from functools import cache

from workflows.directory.declension import list_nominatives
from workflows.directory.spelling import list_spellings

_FATHERS = """
александр алексей анатолий андрей антон аркадий арсений артем артур афанасий борис богдан вадим валентин валерий
василий виктор виталий владимир владислав всеволод вячеслав геннадий георгий герман григорий даниил денис дмитрий
евгений егор ефим захар иван игорь иосиф кирилл константин леонид макар максим марк матвей мирон николай олег петр роман
руслан семен сергей станислав степан тарас тимофей тимур федор филипп эдуард юрий ярослав
"""
_IRREGULAR = """
павлович павловна львович львовна яковлевич яковлевна михайлович михайловна ильич ильинична никитич никитична
данилович даниловна кузьмич кузьминична лукич лукинична фомич фоминична
"""


@cache
def _list_known() -> frozenset[str]:
    words = (*_IRREGULAR.split(), *(word for father in _FATHERS.split() for word in _list_of_father(father)))
    return frozenset[str]().union(*map(list_spellings, words))


def _list_of_father(name: str) -> Iterator[str]:
    """Of a son and of a daughter: Юрьевич, Юрьевна."""
    stems = [f"{name}о"]
    if name.endswith("ий"):
        stems = [f"{name[:-2]}ье", f"{name[:-1]}е"]
    elif name[-1] in "йь":
        stems = [f"{name[:-1]}е"]
    for stem in stems:
        yield from (f"{stem}вич", f"{stem}вна")


def is_patronymic(word: str) -> bool:
    """Whether a word, in lower case and in whatever alphabet and case, is a common patronymic."""
    known = _list_known()
    return any(not known.isdisjoint(list_spellings(form)) for form in (word, *list_nominatives(word)))
