"""The interface texts in every language; runs without a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "static"

ENTRY = re.compile(r'^  "([a-z_.0-9]+)":', re.MULTILINE)
COUNTED = re.compile(r'^  "([a-z_.0-9]+)": \{', re.MULTILINE)
USE = re.compile(
    r"""\bt\(\s*"([a-z_.0-9]+)"|words="([a-z_.0-9]+)"|"""
    r"""(?<=[ (])"(?!preference|perch)([a-z]+\.(?!js|css)[a-z_]+)"(?=[),\]:;])"""
)
COMPOSED = re.compile(r"\bt\(`([a-z_.]+)\$\{")
FORMS = {"en": {"one", "other"}, "ru": {"one", "few", "many", "other"}}
# Each part of the client has a folder with a file for each language.
PARTS = [file.parent for file in sorted(STATIC.rglob("en.js"))]


def keys(part: Path, language: str = "en") -> list[str]:
    return ENTRY.findall((part / f"{language}.js").read_text())


def name(part: Path) -> str:
    return part.relative_to(STATIC).as_posix()


@pytest.mark.parametrize("part", PARTS, ids=name)
def test_all_languages_have_the_same_keys(part: Path) -> None:
    assert {file.stem for file in part.iterdir()} == set(FORMS)
    for language in FORMS:
        assert keys(part, language) == keys(part)


@pytest.mark.parametrize("part", PARTS, ids=name)
def test_all_languages_have_plural_forms_of_the_same_keys(part: Path) -> None:
    english, *others = [COUNTED.findall((part / f"{language}.js").read_text()) for language in FORMS]
    assert all(found == english for found in others)


def test_no_key_is_given_twice() -> None:
    given = [key for part in PARTS for key in keys(part)]
    assert len(given) == len(set(given))


def test_every_used_key_has_a_text_that_is_loaded_with_its_user() -> None:
    """A feature uses its own words and the core's, as another feature's may not have been loaded."""
    every = {key for part in PARTS for key in keys(part)}
    core = {key for part in PARTS if "core" in part.parts for key in keys(part)}
    for file in STATIC.rglob("*.js"):
        if "vendor" in file.parts or file.parent in PARTS:
            continue
        own = core | set(keys(file.parent / "words")) if "features" in file.parts else every
        text = file.read_text()
        assert {next(filter(None, groups)) for groups in USE.findall(text)} <= own, file
        for beginning in COMPOSED.findall(text):
            assert any(key.startswith(beginning) for key in own), (file, beginning)


@pytest.mark.parametrize("language", FORMS)
def test_every_counted_text_has_all_plural_forms(language: str) -> None:
    for part in PARTS:
        text = (part / f"{language}.js").read_text()
        for entry in re.findall(r'^  "[^"]+": \{(.*?)\},$', text, re.MULTILINE | re.DOTALL):
            assert set(re.findall(r'\b(one|few|many|other): "', entry)) == FORMS[language], entry


# Words of earlier texts that must not come back, with what to say instead.
GLOSSARY = {
    "en": {
        r"\b(?:is|are|was|does|do|did|has|have|could|would|can|will) ?not\b": "isn't, doesn't, can't",
        r"\b(?:You|We|They) (?:are|will|have)\b": "you're, you'll",
        r"\bfor ever\b|\bby itself\b|\bany more\b": "permanently, automatically, no longer",
        r"\beverybody\b|\bsomebody\b": "everyone, someone",
        r"\bput aside\b|\bgiven up\b": "not sent yet; failed",
        r"\bmade\b": "created",
        r"\bis not here\b|\bis here\b|\bknown here\b": "doesn't exist; is available",
        r"\bdrill\b|\bproven\b|\bshipping\b": "restore test, restore-tested, upload",
    },
    "ru": {
        r"\b(?:вош[её]л|создал|предложил|удалил|сделал|отозвал|получит он|первым)\b": "no gender",
        r"\b(?:[Зз]аблокирован|[Пп]одписан)\b": "no gender",
        r"(?i)учётн|короткое имя": "аккаунт; имя пользователя",
        r"\b[Вв]ступи(?:ть|л|в)\b": "присоединиться",
        r"(?i)отложен": "ещё не отправлен; невыполненные задачи",
        r"здесь нет|впустят|навсегда\.$": "не найдено; нельзя изменить",
    },
}


# Where members block each other. To suspend somebody is another act, with other words.
BLOCKING = re.compile(
    r"^(?:relation\.|profile\.(?:block|unblock|hidden_tweets)|error\.(?:blocked|self_relation|too_many_relations)|settings\.people)"
)


def test_suspending_and_blocking_have_different_words_in_russian() -> None:
    for part in PARTS:
        for key, text in re.findall(r'"([^"]+)": "((?:[^"\\]|\\.)*)"', (part / "ru.js").read_text()):
            if BLOCKING.match(key):
                assert "доступ" not in text, f"{key}: say заблокировать"
            else:
                assert "блокир" not in text.lower(), f"{key}: say закрыть доступ, вернуть доступ"


@pytest.mark.parametrize("language", GLOSSARY)
def test_words_that_were_replaced_do_not_come_back(language: str) -> None:
    for part in PARTS:
        texts = re.findall(r'"((?:[^"\\]|\\.)*)"(?=[,} ])', (part / f"{language}.js").read_text())
        for text in texts:
            for pattern, instead in GLOSSARY[language].items():
                assert not re.search(pattern, text), f"{name(part)}: {text!r}; say: {instead}"
