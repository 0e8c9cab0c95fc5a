"""Short forms of given names: whom Маша, Лёша, Sasha, Bill or Peggy is written for in full."""

# ruff: noqa: RUF001  names stand here in their own letters

from collections.abc import Mapping
from functools import cache, lru_cache

from workflows.directory.spelling import list_spellings

_RUSSIAN = {
    "александр": "саша сашка шура саня санек алекс", "александра": "саша шура саня алекс",
    "алексей": "леша лешка алеша леха", "анастасия": "настя настюша стася ася", "анатолий": "толя толик",
    "андрей": "андрюша дрон", "анна": "аня анечка анюта нюра", "антон": "антоша тоша", "антонина": "тоня",
    "аркадий": "аркаша", "артем": "тема", "артур": "артурчик", "борис": "боря", "вадим": "вадик",
    "валентин": "валя валек", "валентина": "валя валюша", "валерий": "валера", "валерия": "лера", "варвара": "варя",
    "василий": "вася васек", "вера": "верочка веруня", "вероника": "ника", "виктор": "витя витек",
    "виктория": "вика", "виталий": "виталик", "владимир": "вова володя вовка", "владислав": "влад владик слава",
    "владислава": "влада слава", "вячеслав": "слава", "галина": "галя", "геннадий": "гена", "георгий": "гоша жора",
    "григорий": "гриша", "дарья": "даша дашуня", "дарина": "даша", "даниил": "даня данила", "данила": "даня",
    "денис": "дэн дениска", "дмитрий": "дима митя димон", "евгений": "женя", "евгения": "женя",
    "екатерина": "катя катюша", "елена": "лена леночка", "елизавета": "лиза", "жанна": "жанночка",
    "иван": "ваня ванька", "игорь": "игорек", "илья": "илюша", "инна": "инночка", "ирина": "ира ирочка ирка",
    "иосиф": "ося", "кирилл": "кирюша", "константин": "костя", "кристина": "кристи",
    "ксения": "ксюша ксеня", "оксана": "ксюша", "лариса": "лара", "лев": "лева", "леонид": "леня", "лидия": "лида",
    "любовь": "люба", "людмила": "люда мила люся", "макар": "макарка", "максим": "макс", "маргарита": "рита марго",
    "марина": "маришка", "мария": "маша маруся маня машенька", "матвей": "мотя", "михаил": "миша мишка",
    "надежда": "надя", "наталья": "наташа ната", "наталия": "наташа ната", "никита": "никитка",
    "николай": "коля колян", "олег": "олежка", "ольга": "оля оленька", "павел": "паша пашка", "петр": "петя",
    "полина": "поля", "раиса": "рая", "роман": "рома", "руслан": "русик", "светлана": "света",
    "святослав": "слава", "семен": "сема сеня", "сергей": "сережа серега", "софья": "соня", "софия": "соня",
    "станислав": "стас слава", "степан": "степа", "тамара": "тома", "татьяна": "таня танюша",
    "тимофей": "тима тимоша", "тимур": "тима", "ульяна": "уля", "федор": "федя", "филипп": "филя",
    "эдуард": "эдик", "эльвира": "эля", "юлия": "юля", "юрий": "юра", "яков": "яша", "яна": "яночка",
    "ярослав": "ярик слава", "арсений": "сеня арсюша", "всеволод": "сева", "егор": "егорка", "зинаида": "зина",
    "клавдия": "клава", "глеб": "глебушка", "нина": "ниночка", "таисия": "тая", "алина": "аля",
}  # fmt: skip
_OTHERS = {
    "abigail": "abby", "abraham": "abe", "albert": "al bert", "alexander": "alex sasha sandy xander sascha",
    "alexandra": "alex sasha lexi", "alfred": "alf fred", "amanda": "mandy", "andrew": "andy drew",
    "andreas": "andi", "angela": "angie", "anthony": "tony", "antonio": "toni", "arthur": "art",
    "barbara": "barb babs", "benjamin": "ben benny", "bernard": "bernie", "bradley": "brad", "caroline": "carrie",
    "catherine": "cathy kate katie cat", "katherine": "kathy kate katie kat", "charles": "charlie chuck",
    "charlotte": "charlie lottie", "christian": "chris", "christina": "chris tina", "christine": "chris",
    "christopher": "chris kit", "christoph": "chris", "cynthia": "cindy", "daniel": "dan danny",
    "david": "dave davy", "deborah": "deb debbie", "dennis": "denny", "donald": "don", "dorothy": "dot dolly",
    "edward": "ed eddie ted ned", "eleanor": "ellie nell", "elizabeth": "liz beth betty lizzie eliza betsy",
    "elisabeth": "liesl sissi beth", "emily": "em emmy", "eugene": "gene", "evelyn": "evie",
    "frances": "fran", "franziska": "franzi", "frederick": "fred freddie",
    "friedrich": "fritz", "gabriel": "gabe", "gabriela": "gabi", "gabriele": "gabi", "geoffrey": "geoff",
    "george": "georgie", "gerald": "gerry", "gregory": "greg", "harold": "harry hal", "heinrich": "heiner",
    "helen": "nell", "henry": "harry hank hal", "isabella": "bella izzy", "isabel": "izzy", "jacob": "jake",
    "jacqueline": "jackie", "james": "jim jimmy jamie", "janet": "jan", "jeffrey": "jeff", "jennifer": "jen jenny",
    "jessica": "jess jessie", "johannes": "hannes", "john": "jack johnny", "jonathan": "jon johnny",
    "joseph": "joe joey", "josephine": "josie jo", "joshua": "josh", "josef": "sepp", "joan": "jo",
    "judith": "judy", "katharina": "kathi katja", "kenneth": "ken kenny", "kimberly": "kim", "lawrence": "larry",
    "leonard": "len lenny leo", "lillian": "lily", "louis": "lou", "louise": "lou", "madeline": "maddie",
    "margaret": "maggie meg peggy", "margarete": "grete gretchen", "martin": "marty",
    "mary": "molly polly", "matthew": "matt", "matthias": "matze", "maximilian": "max", "michael": "mike mick mickey",
    "michelle": "shelly", "mikhail": "misha", "nathaniel": "nate nathan", "nathan": "nate", "nicholas": "nick nicky",
    "nicole": "nicky", "oliver": "ollie", "olivia": "liv", "pamela": "pam",
    "patricia": "pat patty trish", "patrick": "pat paddy", "peter": "pete", "philip": "phil", "phillip": "phil",
    "rachel": "rach", "raymond": "ray", "rebecca": "becky becca", "richard": "dick rick ricky rich",
    "robert": "bob bobby rob robbie", "roberta": "bobbie", "roger": "rodge", "ronald": "ron ronnie",
    "rosemary": "rosie", "samantha": "sam", "samuel": "sam sammy", "sandra": "sandy", "sarah": "sally",
    "sebastian": "basti seb", "stephanie": "steph", "stephen": "steve", "steven": "steve", "susan": "sue susie",
    "susanne": "susi", "theodore": "ted teddy theo", "theodor": "theo", "thomas": "tom tommy",
    "timothy": "tim timmy", "ulrich": "uli", "ulrike": "uli", "valerie": "val", "veronica": "ronnie",
    "victor": "vic", "victoria": "vicky tori", "vincent": "vince vinny", "virginia": "ginny", "walter": "walt",
    "wilhelm": "willi", "william": "bill billy will willy", "wolfgang": "wolf", "zachary": "zach",
}  # fmt: skip


@cache
def _index_names() -> Mapping[str, tuple[str, ...]]:
    """Spelling of a short form -> the names that it is short for."""
    index: dict[str, tuple[str, ...]] = {}
    for name, short in (*_RUSSIAN.items(), *_OTHERS.items()):
        for spelling in frozenset[str]().union(*map(list_spellings, short.split())):
            index[spelling] = (*index.get(spelling, ()), name)
    return index


@lru_cache(maxsize=4096)
def list_full_names(word: str) -> tuple[str, ...]:
    """Names that a word may be short for, in lower case: Sasha -> александр, александра; none for most words."""
    index = _index_names()
    return tuple(dict.fromkeys(name for spelling in list_spellings(word) for name in index.get(spelling, ())))
