"""Token ids by transformers' CLIPTokenizer of many prompts, with CLIP's whole vocabulary and with parts of it.

clip_tokens_more.json: [{text, <vocab_size>: ids between start and end}, …]. Reads the merges that the library bundles.
Made with transformers 5.23.0 and tokenizers 0.23.3.
"""
import json, random
from transformers import CLIPTokenizer

SIZES = [49408, 4096, 1000, 514]
lines = open("../../src/prompt/clip_merges.txt", encoding="utf-8").read().split("\n")[1:]
merges = [tuple(line.split()) for line in lines if line]


def tokenizer(size):
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    characters = [chr(byte) for byte in printable] + [chr(256 + i) for i in range(len(others))]
    used = merges[: size - 514]
    vocabulary = characters + [c + "</w>" for c in characters] + [a + b for a, b in used]
    vocabulary += ["<|startoftext|>", "<|endoftext|>"]
    assert len(vocabulary) == size
    return CLIPTokenizer(vocab={token: i for i, token in enumerate(vocabulary)}, merges=used)


random.seed(11)
alphabets = ["abcdefghijklmnopqrstuvwxyz", "etaoin shrdlu ETAOIN ", "'\"!?.,;:-_()[]<>|/\\@#$%^&*+=~` ", "0123456789²½Ⅷ٣ ",
             "äöüßéèñçøåÄÖÜÉ ΑΒΓΔαβγδςσΣ", "абвгд АБВГД ёЁ", "漢字かなカナ 笑顔", "가나다\u1100\u1161 ", "😀😂❤️🇺🇸👍🏽 ",
             "a\u0301\u0323e\u0308 \u200b\u200d\u00a0\u2028\t\n\r", "".join(map(chr, range(0, 32))) + "\x7f\x80\x85\x9f ab"]
words = "a angry happy sad face person whispering shouting très fâché don't she's we'll they've I'm you'd tired-looking excited!!!".split()
texts = ["<|STARTOFTEXT|>", "a<|startoftext|>b", "!<|endoftext|>!", "<start_of_text> x", "!<start_of_text>y<end_of_text>",
         "'ſ it'ſ", "ΑΣ ΣΑΣ", "x\u0301<|endoftext|>\u0338", "ab <|endoftext|>  cd", "²½Ⅷ", "İI", "''s", "don'T CAN'T",
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "!" * 70, "😂" * 9, "supercalifragilisticexpialidocious", "ﬃ ﷺ Ω Å",
         " ", "\u2000x\u3000y", "donaudampfschifffahrtsgesellschaftskapitänsmütze"]
texts += [" ".join(random.choices(words, k=random.randint(1, 9))) for _ in range(40)]
texts += ["".join(random.choices(random.choice(alphabets), k=random.randint(1, 30))) for _ in range(120)]
texts += ["".join(random.choices("".join(alphabets), k=random.randint(1, 30))) for _ in range(60)]
texts += ["".join(random.choice(merges)[0].replace("</w>", " ").encode("ascii", "ignore").decode() for _ in range(8)) for _ in range(60)]
tokenizers = {size: tokenizer(size) for size in SIZES}
rows = [{"text": t, **{str(s): k(t)["input_ids"][1:-1] for s, k in tokenizers.items()}} for t in texts]
with open("golden/clip_tokens_more.json", "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
print(len(rows))
