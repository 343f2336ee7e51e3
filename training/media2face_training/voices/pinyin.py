"""Mandarin without a text: syllables of Hanyu Pinyin drawn at random, for espeak-ng's voice cmn-latn-pinyin.

What the sound and the mouth do depends on the syllables and their neighbours, hardly on the sense; a third of them are
the commonest words, the rest any of the 390 that the language has.
"""

# Initials that each final goes with; "-" is none, where the spelling is that of _BARE.
_FINALS = {
    "a": "b p m f d t n l g k h zh ch sh z c s -", "o": "b p m f -", "e": "m d t n l g k h zh ch sh r z c s -",
    "ai": "b p m d t n l g k h zh ch sh z c s -", "ei": "b p m f d n l g h z sh -",
    "ao": "b p m d t n l g k h zh ch sh r z c s -", "ou": "p m f d t n l g k h zh ch sh r z c s -",
    "an": "b p m f d t n l g k h zh ch sh r z c s -", "en": "b p m f n g k h zh ch sh r z c s -",
    "ang": "b p m f d t n l g k h zh ch sh r z c s -", "eng": "b p m f d t n l g k h zh ch sh r z c s",
    "ong": "d t n l g k h zh ch r z c s", "i": "b p m d t n l j q x zh ch sh r z c s -", "ia": "l j q x -",
    "ie": "b p m d t n l j q x -", "iao": "b p m d t n l j q x -", "iu": "m d n l j q x -",
    "ian": "b p m d t n l j q x -", "in": "b p m n l j q x -", "iang": "n l j q x -",
    "ing": "b p m d t n l j q x -", "iong": "j q x -", "u": "b p m f d t n l g k h j q x zh ch sh r z c s -",
    "ua": "g k h zh sh -", "uo": "d t n l g k h zh ch sh r z c s -", "uai": "g k h zh ch sh -",
    "ui": "d t g k h zh ch sh r z c s -", "uan": "d t n l g k h j q x zh ch sh r z c s -",
    "un": "d t l g k h j q x zh ch sh r z c s -", "uang": "g k h zh ch sh -", "v": "n l -", "ve": "n l -", "ue": "j q x",
    "er": "-",
}
_BARE = {"i": "yi", "ia": "ya", "ie": "ye", "iao": "yao", "iu": "you", "ian": "yan", "in": "yin", "iang": "yang",
         "ing": "ying", "iong": "yong", "u": "wu", "ua": "wa", "uo": "wo", "uai": "wai", "ui": "wei", "uan": "wan",
         "un": "wen", "uang": "wang", "v": "yu", "ve": "yue"}
SYLLABLES = tuple(sorted({(_BARE.get(final, final) if initial == "-" else initial + final)
                          for final, initials in _FINALS.items() for initial in initials.split()}))
COMMON = ("de5 shi4 bu4 yi1 wo3 you3 zai4 ren2 zhe4 ta1 le5 men5 lai2 ge4 zhong1 shang4 da4 wei4 he2 guo2 dao4 shuo1 "
          "ye3 hao3 ma5 ba5 mei2 bei4 ba3 bi3 xiao3 duo1 yao4 jiu4 chu1 hui4 ke3 neng2 xia4 guo4").split()


def sentence(rng):
    """Four to fourteen syllables with their tones, one comma in two sentences."""
    count = rng.integers(4, 15)
    words = [COMMON[rng.integers(len(COMMON))] if rng.random() < 0.33 else
             f"{SYLLABLES[rng.integers(len(SYLLABLES))]}{rng.integers(1, 5)}" for _ in range(count)]
    if rng.random() < 0.5:
        words[count // 2] += ","
    return " ".join(words) + "."
