"""Names across alphabets, spellings, grammatical cases and one slip."""

# ruff: noqa: RUF001  names stand here in their own letters

import pytest

from workflows.directory.names import match_name

MEANT = [
    ("Irina", "Ирина"), ("Ирине", "Irina"), ("Ирину", "Ирина"), ("Ириной", "Ирина"), ("Ирины", "Irina"),
    ("Иванову", "Иванов"), ("Иванову", "Иванова"), ("Смирновой", "Olga Smirnova"), ("Смирновым", "Смирнов"),
    ("Yulia", "Юлия"), ("Julia", "Юлия"), ("Iuliia", "Юлия"), ("Yuliya", "Юлия"), ("Юлии", "Yulia"),
    ("Юлию", "Julia"), ("Natalia", "Наталья"), ("Natalya", "Наталия"), ("Наталье", "Natalia"), ("Natalja", "Наталья"),
    ("Dmitry", "Дмитрий"), ("Dmitrii", "Дмитрий"), ("Dmitriy", "Дмитрий"), ("Дмитрию", "Dmitry"),
    ("Дмитрия", "Дмитрий"), ("Sergey", "Сергей"), ("Sergei", "Сергей"), ("Sergej", "Сергей"), ("Сергею", "Sergei"),
    ("Alexey", "Алексей"), ("Aleksei", "Алексей"), ("Алексею", "Alexey"), ("Alexander", "Александр"),
    ("Aleksandr", "Александр"), ("Александру", "Alexander"), ("Alexandra", "Александра"),
    ("Александре", "Александра"), ("Evgeny", "Евгений"), ("Yevgeny", "Евгений"), ("Evgenii", "Евгений"),
    ("Евгению", "Evgeny"), ("Евгении", "Evgenia"), ("Fyodor", "Фёдор"), ("Fedor", "Фёдор"), ("Федору", "Фёдор"),
    ("Semyon", "Семён"), ("Semen", "Семён"), ("Artyom", "Артём"), ("Pyotr", "Пётр"), ("Petr", "Пётр"),
    ("Петру", "Пётр"), ("Петра", "Petr"), ("Павлу", "Павел"), ("Павла", "Pavel"), ("Льву", "Лев"), ("Игорю", "Igor"),
    ("Ильёй", "Илья"), ("Илье", "Ilya"), ("Ilia", "Илья"), ("Ilja", "Илья"), ("Shcherbakov", "Щербаков"),
    ("Scherbakov", "Щербаков"), ("Щербакову", "Shcherbakov"), ("Zhukov", "Жуков"), ("Жукову", "Zhukov"),
    ("Khabibulin", "Хабибулин"), ("Habibulin", "Хабибулин"), ("Tsvetkova", "Цветкова"), ("Цветковой", "Tsvetkova"),
    ("Dostoevsky", "Достоевский"), ("Dostoyevskiy", "Достоевский"), ("Достоевскому", "Dostoevsky"),
    ("Чайковской", "Чайковская"), ("Толстому", "Толстой"), ("Müller", "Mueller"), ("Muller", "Müller"),
    ("Mueller", "Müller"), ("Muller", "Mueller"), ("Мюллер", "Müller"), ("Schröder", "Schroeder"), ("Jose", "José"),
    ("Novák", "Novak"), ("Kovac", "Kovač"), ("Kovach", "Kovač"), ("Smith Anna", "Anna Smith"),
    ("Кузнецовой Ирине", "Ирина Кузнецова"), ("Kuznetsova Irina", "Ирина Кузнецова"),
    ("Irina Kuznetsova", "Ирина Кузнецова"), ("Алёна", "Алена"), ("Aliona", "Алёна"), ("Alyona", "Алёна"),
    ("Любови", "Любовь"), ("Любовью", "Lyubov"), ("Ксения", "Ksenia"), ("Xenia", "Ксения"), ("Ксении", "Xenia"),
    ("Марии", "Maria"), ("Марию", "Мария"), ("Mariia", "Мария"), ("Maria", "Мария"), ("Анне", "Anna Keller"),
    ("Анну Келлер", "Anna Keller"), ("Ольге Смирновой", "Olga Smirnova"), ("Джеймсу", "James Carter"),
    ("Джеймсу Картеру", "James Carter"), ("Schmidt", "Шмидт"), ("O'Neil", "ONeil"), ("Kuznetsva", "Ирина Кузнецова"),
    ("Smrinova", "Olga Smirnova"), ("Грейс Миллер", "Grace Miller"), ("Эмме", "Emma Wilson"),
    ("Эмме Уилсон", "Emma Wilson"), ("Людмиле", "Ludmila"), ("Lyudmila", "Ludmila"), ("Виктору", "Victor"),
    ("Viktor", "Victor"), ("Татьяне", "Tatiana"), ("Tatyana", "Татьяна"), ("Philipp", "Филипп"),
    ("Шевченко", "Shevchenko"), ("Ульяне", "Ulyana"), ("Jana", "Яна"), ("Яне", "Yana"), ("Ян", "Jan"),
    ("Юрию", "Yury"), ("Yuri", "Юрий"), ("Iurii", "Юрий"), ("Jurij", "Юрий"), ("Никите", "Nikita"),
    ("Kirill", "Кирилл"), ("Кирилла", "Kirill"), ("Gennady", "Геннадий"), ("Ekaterina", "Екатерина"),
    ("Екатерине", "Yekaterina"), ("Чернышов", "Chernyshov"), ("Чернышёв", "Chernyshev"), ("Khrushchev", "Хрущёв"),
    ("Хрущёву", "Khrushchyov"), ("Ковальчук", "Kovalchuk"), ("Ковальчуку", "Ковальчук"), ("Кравцу", "Кравец"),
    ("Лукасу", "Lucas Meyer"), ("Ноа", "Noah Davies"), ("Наталии", "Наталия"), ("Поддержке", "Поддержка"),
    ("Соловьёва", "Solovyova"), ("Соловьёвой", "Solovieva"), ("Григорьеву", "Grigoriev"), ("Васильевой", "Vasilyeva"),
    ("Андрееву", "Andreyev"), ("Майклу", "Michael"), ("Петровичем", "Петрович"), ("Глебу", "Gleb"),
    ("Тимуром", "Timur"), ("Zoë", "Zoe"), ("Łukasz", "Lukasz"), ("Зое", "Zoya"),
]  # fmt: skip
"""What somebody writes, and the name that the portal holds."""
NOT_MEANT = [
    ("Maria", "Marina"), ("Marina", "Maria"), ("Иван", "Ирина"), ("Анна", "Яна"), ("me", "James"),
    ("port", "Support"), ("Диана", "Дана"), ("Michael", "Michal Kus"), ("Miller", "Keller"), ("Иванов", "Петров"),
    ("Ирине", "Марина"), ("Oleg", "Olga"), ("Ольге", "Олег"), ("Daniel", "Danil"), ("Ivan", "Dina"),
    ("Ivan", "Ольга Иванова"),
    ("Smirnov", "Smirnitsky"), ("Ann", "Hanna"), ("Jon", "Jan"), ("Мария", "Марина"), ("Марии", "Марина"),
    ("Emma", "Emilia"), ("Kim", "Tim"), ("Петру", "Петрова Дина"),
    ("Алина", "Алена"), ("Alina", "Alena"), ("Мила", "Майя"), ("Irina Petrova", "Irina Kuznetsova"),
    ("Ирине Петровой", "Ирина Кузнецова"), ("Anna Keller", "Anna Miller"), ("Martin", "Marvin"), ("Юлия", "Лилия"),
    ("Жанна", "Анна"), ("Tom", "Tim"), ("ales", "Sales"), ("Олег Иванов", "Ольга Иванова"),
]  # fmt: skip
DOUBTFUL = [
    ("Karin", "Karina Wolf"), ("Erik", "Erika Wolf"), ("Carl", "Carla Bruni"),
    ("Ivan", "Petr Ivanov"), ("Smirnov", "Olga Smirnova"), ("Смирнова", "Олег Смирнов"),
    ("Александра", "Александр Белов"), ("Hans Miller", "Hans Müller"), ("Daniel", "Daniela Rossi"),
    ("Kellner", "Anna Keller"), ("Smirnava", "Olga Smirnova"),
]  # fmt: skip
"""Good enough to look at somebody's dialogs, and not to hand them one."""


@pytest.mark.parametrize("tolerance", ["any", "close"])
def test_a_name_is_found_in_another_alphabet_spelling_case_or_order_and_with_a_slip(tolerance: str) -> None:
    for text, name in MEANT:
        named = {1: name, 2: "Quentin Zappa"}
        assert match_name(text, named, tolerance) == [1], (text, name)  # type: ignore[arg-type]


@pytest.mark.parametrize("tolerance", ["any", "close"])
def test_another_name_is_not_found(tolerance: str) -> None:
    for text, name in NOT_MEANT:
        assert match_name(text, {1: name}, tolerance) == [], (text, name)  # type: ignore[arg-type]


def test_what_may_be_anothers_name_is_found_for_a_look_and_not_for_a_change() -> None:
    for text, name in DOUBTFUL:
        assert match_name(text, {1: name}) == [1], (text, name)
        assert match_name(text, {1: name}, "close") == [], (text, name)


SHORT = [
    ("Маша", "Мария Орлова"), ("Маше", "Maria"), ("Masha", "Мария"), ("Лёша", "Алексей Волков"), ("Леше", "Alexey"),
    ("Bill", "William Carter"), ("Билл", "William"), ("Билла", "William"), ("Sasha", "Александр"),
    ("Саша", "Alexandra"), ("Лене", "Елена"), ("Lena", "Elena"), ("Bob Smith", "Robert Smith"), ("Дима", "Dmitry"),
    ("Катя", "Ekaterina"), ("Kate", "Katherine Moss"), ("Миша", "Mikhail"), ("Misha", "Михаил"), ("Peggy", "Margaret"),
    ("Вове", "Владимир"), ("Серёжа", "Sergei"), ("Женя", "Евгения"), ("Tony", "Anthony"), ("Liz", "Elizabeth"),
    ("Мария", "Маша Орлова"), ("William", "Bill Gates"), ("Орлова Маша", "Мария Орлова"), ("Таня", "Tatyana"),
    ("Юле", "Yulia"), ("Jim", "James Carter"), ("Коля", "Николай"), ("Настя", "Anastasia"), ("Dick", "Richard"),
]  # fmt: skip
"""Short forms, in both directions."""
PATRONYMICS = [
    ("Ирина Петровна", "Ирина Кузнецова"), ("Ivan Ivanovich", "Иван"), ("Ivan Ivanovich", "Иван Сидоров"),
    ("Ирине Петровне", "Irina Kuznetsova"), ("Ирина Петровна Кузнецова", "Ирина Кузнецова"),
    ("Кузнецовой Ирине Петровне", "Ирина Кузнецова"), ("Дмитрий Юрьевич", "Dmitry"), ("Лев Львович", "Лев Толстой"),
    ("Olga Sergeevna", "Olga Smirnova"), ("Olga Sergeyevna", "Ольга"), ("Илья Ильич", "Ilya"),
    ("Алексею Дмитриевичу", "Алексей Волков"), ("Анна Павловна", "Anna Keller"), ("Мария Никитична", "Maria"),
    ("Александра Яковлевна", "Александра"), ("Михаил Михайлович", "Misha"),
]  # fmt: skip
NO_SHORT_FORM = [
    ("Маша", "Марина"), ("Леша", "Леонид"), ("Bill", "Robert"), ("Саша", "Алексей"), ("Маша", "Олег Машаров"),
    ("Ирина Петровна", "Ирина Сергеевна Кузнецова"), ("Ирина Петровна", "Ольга Петрова"), ("Петровна", "Ирина"),
    ("Roman Abramovich", "Roman Petrov"), ("Ирина Петрова", "Ирина Кузнецова"), ("Alena", "Elena"),
    ("Lisa", "Elisabeth"),
]  # fmt: skip


@pytest.mark.parametrize("tolerance", ["any", "close"])
def test_a_short_form_or_a_patronymic_finds_the_name(tolerance: str) -> None:
    for text, name in (*SHORT, *PATRONYMICS):
        assert match_name(text, {1: name, 2: "Quentin Zappa"}, tolerance) == [1], (text, name)  # type: ignore[arg-type]


def test_a_short_form_of_another_name_and_anothers_patronymic_find_nobody() -> None:
    for text, name in NO_SHORT_FORM:
        assert match_name(text, {1: name}, "close") == [], (text, name)


def test_a_short_form_of_several_names_finds_all_of_them_and_whoever_is_called_so_comes_first() -> None:
    people = {1: "Александр Белов", 2: "Александра Белова", 3: "Ирина Петровна Кузнецова", 4: "Ирина Орлова"}

    assert match_name("Саша", people, "close") == [1, 2]
    assert match_name("Sasha", {**people, 5: "Саша Чёрный"}, "close") == [5]
    assert match_name("Ирина Петровна", people, "close") == [3]


def test_letter_by_letter_a_code_means_no_channel_of_a_similar_name() -> None:
    assert match_name("telegran", {1: "Telegram"}) == [1]
    assert match_name("telegran", {1: "Telegram"}, "exact") == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Irina", ["Irina Petrova"]),  # as it stands comes before another alphabet
        ("Ирина", ["Ирина Кузнецова"]),
        ("Ирине", ["Irina Petrova", "Ирина Кузнецова"]),
        ("Petrova", ["Irina Petrova"]),
        ("Ivan", ["Ivan Petrov"]),
        ("Иванову", ["Пётр Иванов", "Анна Иванова"]),
        ("Александра", ["Александра Белова"]),
        ("Александру", ["Александра Белова", "Александр Белов"]),
        ("Petrov", ["Ivan Petrov"]),
        ("Maria", ["Maria"]),
        ("Мария", ["Maria"]),
        ("Kuznetsva", ["Ирина Кузнецова"]),
    ],
)
def test_the_nearest_names_win_and_equal_ones_are_all_shown(text: str, meant: list[str]) -> None:
    people = ["Irina Petrova", "Ирина Кузнецова", "Ivan Petrov", "Пётр Иванов", "Анна Иванова", "Александра Белова"]
    people += ["Александр Белов", "Maria", "Marina"]

    assert match_name(text, dict(zip(people, people, strict=True)), "close") == meant
