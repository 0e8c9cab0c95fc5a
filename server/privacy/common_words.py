"""Words that are names of some people and everyday words to all others: hidden only where written as a name."""

# ruff: noqa: RUF001  Russian words

from functools import cache

WORDS = """
a about after again all also always am an and another answer any april are art as ask at august away back be because
been before best big bill but by call came can case change chat close closed could day dear did do does done down each
early end even ever every few find first for from get give go good got grant had has have he hello help her here hi him
his home hope how i if in is it its july june just keep know known large last late left less let like line list little
long look lot love major make mark many march may me message might mine miss more most mr mrs ms much must my name need
new news next nice no none not note now of off office old on once one only open or order other our out over own page
part past per place plan please point present price queue quick read ready real reply rest right said sale sales same
save say see send sent service session she short should show small so some soon start state still stop such support take
tell than thank thanks that the their them then there these they thing this three through time to today together tom too
top try two type under until up us use very want was way we week well went were what when where which while who whole
why will with word work would year yes yet you your
van von der den de del della di da du la le las los el al bin ibn ben und mit
а без бы был была было быть в вам вас ваш весь во вот все вы где год да даже два день для до добрый его ее если есть еще
же за завтра заказ здесь здравствуйте и из или им их к как когда кто ли любой мало май мы мне много мой можно на над
надо нам нас наш не него нет ни но новый ну о об один он она они от отдел оператор очень пока под после потом почему при
привет про раз с сам сегодня себя сейчас сколько снова со спасибо срок так также там тебя то тогда только тот три ты у
уже хорошо чат часть чем через что чтобы это этот я
"""


@cache
def list_common_words() -> frozenset[str]:
    """Such words, and those that this server's own words are made of: no client's name may take them away."""
    from server.catalogue.registry import every_tool
    from server.protocol.instructions import INSTRUCTIONS

    own = [INSTRUCTIONS]
    for tool in every_tool().values():
        own += [tool.title, tool.description(), tool.afterwards, " ".join(tool.model_fields)]
    plain = "".join(letter if letter.isalpha() else " " for letter in " ".join(own))
    return frozenset(WORDS.split()) | {word for word in plain.split() if word.islower()}
