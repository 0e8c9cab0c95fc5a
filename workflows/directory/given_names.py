"""Given names that many people have: a word that is one of them is no slip in another, as Maria is not Marina."""

from functools import cache

from workflows.directory.spelling import list_spellings

_RUSSIAN = """
александр александра алексей алена алина алиса алла альбина анастасия анатолий ангелина андрей анжела анна антон
антонина арина аркадий арсений артем артур богдан борис вадим валентин валентина валерий валерия варвара василий
василиса вера вероника виктор виктория виталий владимир владислав вячеслав галина геннадий георгий герман глеб григорий
дарина дарья денис диана дмитрий ева евгений евгения егор екатерина елена елизавета ефим жанна зинаида зоя иван игорь
илья инна иосиф ирина карина кира кирилл клавдия константин кристина ксения лариса лев леонид лидия лия любовь людмила
майя макар максим маргарита марина мария марк марта матвей мила милана мирон михаил надежда наталья николай нина оксана
олег олеся ольга павел петр полина раиса регина римма роман руслан савелий светлана семен сергей снежана софья софия
станислав степан таисия тамара тарас татьяна тимофей тимур ульяна федор филипп эдуард эльвира эмма юлия юрий яков яна
ярослав даниил данила никита антонида мира нонна рая рита лиза лена катя саша маша даша паша миша аня таня оля юля
"""
_OTHERS = """
adam adrian agnes alan albert alex alexander alexandra alexis alfred alice alina allan amanda amelia amy andre andrea
andreas andrew angela ann anna annabel anne annette anthony antonia antonio arnold arthur astrid barbara beatrice
benjamin bernard bernd bianca brian bruno carl carla carlo carlos carmen carol carola caroline catherine cecilia
charles charlotte chris christa christian christina christine christoph clara claudia claudio colin conrad daniel
daniela daniele david deborah denise dennis diana dieter dominic dominik dora doris dorothy edgar edith edward elena
elisabeth elizabeth ellen elsa emil emilia emily emma eric erica erik erika ernest erwin ethan eugene eva evelyn felix
ferdinand florian frances francis franz fred frederic frieda fritz gabriel gabriela george gerald gerard gerd gina
gisela grace graham gregory greta guido gustav hanna hannah hannes hans harald harry heidi heinz helen helena helga
henrik henry herbert herman hilda holger hugo ian ida ilse ines inga ingo irene iris isaac isabel ivan ivana jack
jacob jake james jan jana jane janet janina jason jean jens jessica joan joanna joel johan johanna john jonas jonathan
josef joseph josephine juan judith julia julian juliana julie jurgen justin karen karin karl karla katharina kathrin
keith kevin klara klaus konrad kurt lara larissa laura lea lena leo leon leonard leonie lewis lia liam lina linda lisa
lothar louis louise lucas lucia lucy luis luisa luke lydia magdalena manuel manuela marc marcel marco marcus margaret
margit maria marian mariana marianne marie marina mario marion marius mark marlene martha martin martina marvin mary
mathias matthew max maxim maya melanie mia michael michal michaela michel michelle mike milan mira miriam mona monica
monika nadia nadine nancy natalia natalie nathan nicholas nick nicola nicolas nicole nils nina noah noel nora norbert
norman olaf olga oliver olivia oscar otto pamela patricia patrick paul paula pauline peter petra philip pia rachel
rafael ralf ralph raymond rebecca regina renate rene renee ricarda richard rita robert roberta robin roger roland rolf
roman ronald rosa rose rudolf ruth ryan sabina sabine sally samantha samuel sandra sara sarah sebastian selina silke
silvia simon simona simone sofia sonia sonja sophia sophie stefan stefanie stella stephan stephen steven susan susanna
susanne sven sylvia tamara tanja tania tatiana teresa theo theodor theresa thomas tim timo tina tobias tom toni tony
udo ulrich ulrike ursula uwe valentin valentina valeria valerie vanessa vera veronica victor victoria vincent viola
violet vivian walter wanda werner wilhelm william xenia yana yvonne zoe
"""


@cache
def _list_known() -> frozenset[str]:
    return frozenset().union(*map(list_spellings, f"{_RUSSIAN} {_OTHERS}".split()))


_CYRILLIC_NAMES = frozenset(_RUSSIAN.split())


def is_given_name(word: str) -> bool:
    """Whether a word, in lower case, is a common given name: in Cyrillic as it stands, else in whatever spelling."""
    if "\u0400" <= word[:1] <= "\u04ff":
        return word in _CYRILLIC_NAMES
    return not list_spellings(word).isdisjoint(_list_known())
