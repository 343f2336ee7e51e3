"""What a text says of a face: a linear map on its words, on words beside each other, and on parts of words.

    said = bias + sum over n-grams g of  sign(g) weight[bucket(g)] table[bucket(g)] / length,  length^2 = sum weight^2

An n-gram is a word, two words in a row, or three to five letters of a word with its ends; a Chinese or Japanese character is a word.
Those that came once alone when it was fitted are not known and say nothing; a Bloom filter tells. Buckets are hashes, so that a pack
holds no vocabulary. The map is a ridge regression, solved by conjugate gradients: the same prompts give the same table, in minutes.
"""

import collections
import functools
import unicodedata

import numpy as np
from scipy import sparse

from ..vocabulary import EMOTION_NAMES, HEAD_STYLES
from .written import Said

BUCKETS = 1 << 16
WORDS, LETTERS = (1, 2), (3, 4, 5)
BITS, PROBES, SEEN = 1 << 21, 6, 2  # of the filter; how often an n-gram must come to be known
OFFSET, PRIME = 0xCBF29CE484222325, 0x100000001B3  # FNV-1a of 64 bits
COLUMNS = len(EMOTION_NAMES) + 2 + len(HEAD_STYLES)  # emotions, intensity, arousal, acts
SHARPER = 1.5  # power of the shares: a linear map hedges
UNASKED = 0.6  # a level of an act below it is none


def words(text):
    """NFC, lower case; runs of letters and digits, wide characters alone."""
    text, found, run = unicodedata.normalize("NFC", text).lower(), [], ""
    for c in text + " ":
        wide = "\u3040" <= c <= "\u30ff" or "\u3400" <= c <= "\u9fff"
        if c.isalnum() and not wide:
            run += c
            continue
        found += [run] * bool(run) + [c] * wide
        run = ""
    return found


def grams(text):
    """All n-grams of a text, each once: words with a blank between them, letters with # before them."""
    row, found = words(text), {}
    for count in WORDS:
        for i in range(len(row) - count + 1):
            found[" ".join(row[i:i + count])] = None
    for word in row:
        word = f"<{word}>"
        for count in LETTERS:
            for i in range(len(word) - count + 1):
                found["#" + word[i:i + count]] = None
    return list(found)


@functools.lru_cache(1 << 21)
def hashed(gram):
    """64 bits of an n-gram."""
    value = OFFSET
    for byte in gram.encode():
        value = ((value ^ byte) * PRIME) & 0xFFFFFFFFFFFFFFFF
    return value ^ value >> 32


def place(value):
    """(bucket, sign) of an n-gram's hash."""
    return value % BUCKETS, 1 - 2 * (value >> 31 & 1)


def probes(value):
    """The bits that stand for it in the filter."""
    low, step = value & 0xFFFFFFFF, value >> 32 | 1
    return [(low + i * step) % BITS for i in range(PROBES)]


class Known:
    """A Bloom filter of n-grams: `bits` as int32 words."""

    def __init__(self, bits):
        self.bits = bits
        self.has = functools.lru_cache(1 << 21)(self._has)

    @classmethod
    def of(cls, texts):
        """Of the n-grams that come in SEEN texts or more."""
        seen = collections.Counter(hashed(gram) for text in texts for gram in grams(text))
        at = np.array([bit for value, count in seen.items() if count >= SEEN for bit in probes(value)])
        bits = np.zeros(BITS, np.uint8)
        bits[at] = 1
        return cls(np.packbits(bits, bitorder="little").view(np.int32))

    def _has(self, gram):
        return all(self.bits[bit >> 5] >> (bit & 31) & 1 for bit in probes(hashed(gram)))


def counts(texts, known):
    """Signs of the known n-grams of texts in their buckets, sparse [n, BUCKETS]."""
    rows, columns, signs = [], [], []
    for row, text in enumerate(texts):
        for gram in filter(known.has, grams(text)):
            bucket, sign = place(hashed(gram))
            rows.append(row)
            columns.append(bucket)
            signs.append(sign)
    return sparse.csr_matrix((np.array(signs, np.float32), (rows, columns)), (len(texts), BUCKETS))


def scaled(found, weight):
    """Counts by the weights of their buckets, each row of length 1."""
    found = found.multiply(weight).tocsr()
    length = np.sqrt(np.asarray(found.multiply(found).sum(1)).ravel())
    return (sparse.diags(1 / np.maximum(length, 1e-9)) @ found).tocsr()


def values(said):
    """What a prompt says as a row."""
    return np.concatenate([said.emotions, [said.intensity, said.arousal], said.acts])


def said(row):
    """A row of the map as what a prompt says."""
    count = len(EMOTION_NAMES)
    shares = np.clip(row[:count], 0, None) ** SHARPER
    shares = shares / shares.sum() if shares.sum() > 0 else np.eye(count)[0]
    acts = np.clip(row[count + 2:], 0, 3)
    return Said(shares, float(np.clip(row[count], 0, 1)), float(np.clip(row[count + 1], -1, 1)), np.where(acts > UNASKED, acts, 0))


class Ngrams:
    """The map: known [BITS / 32], weight [BUCKETS], table [BUCKETS, COLUMNS], bias [COLUMNS]."""

    def __init__(self, known, weight, table, bias):
        self.filter, self.known = known, known.bits
        self.weight, self.table, self.bias = weight, table, bias

    @classmethod
    def fitted(cls, texts, rows, ridge, turns, share=None):
        """On texts and what they say, [n, COLUMNS]; `share` is how much each of them counts."""
        known = Known.of(texts)
        found = counts(texts, known)
        seen = np.asarray((found != 0).sum(0)).ravel()
        weight = (np.log((1 + len(texts)) / (1 + seen)) + 1).astype(np.float32) * (seen > 0)
        x, share = scaled(found, weight), np.ones(len(texts)) if share is None else share
        bias = (share @ rows / share.sum()).astype(np.float32)
        root = np.sqrt(share)[:, None]
        table = solved(sparse.diags(root.ravel()) @ x, root * (rows - bias), ridge, turns)
        return cls(known, weight, table, bias)

    @classmethod
    def kept(cls, state):
        """From the tensors that `fit_text` keeps."""
        return cls(Known(state["known"].numpy()), *(state[name].float().numpy() for name in ("weight", "table", "bias")))

    def __call__(self, texts):
        """What texts say, [n, COLUMNS]."""
        return scaled(counts(texts, self.filter), self.weight) @ self.table + self.bias


def solved(x, y, ridge, turns):
    """w of least |x w - y|^2 + ridge |w|^2 by conjugate gradients, all columns at once."""
    x, back = x.tocsr().astype(np.float32), x.T.tocsr().astype(np.float32)
    y = y.astype(np.float32)
    w = np.zeros((x.shape[1], y.shape[1]), np.float32)
    rest = back @ y
    way, size = rest.copy(), (rest**2).sum(0)
    for _ in range(turns):
        bent = back @ (x @ way) + ridge * way
        step = size / np.maximum((way * bent).sum(0), 1e-20)
        w += step * way
        rest -= step * bent
        size, before = (rest**2).sum(0), size
        way = rest + size / np.maximum(before, 1e-20) * way
    return w
