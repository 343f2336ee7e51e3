using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace Media2Face
{
    /// <summary>
    /// Reads JSON as objects: Dictionary, List, string, double, bool, null. Core has no engine that could, and headers of files are
    /// all that it is for.
    /// </summary>
    sealed class Json
    {
        /// <summary>Brackets inside each other at most: whoever wrote a file must not choose how deep this calls itself.</summary>
        const int MostDepth = 32;

        readonly string text;
        int at, depth;

        Json(string text) { this.text = text; }

        /// <exception cref="InvalidDataException">It is no JSON, or nested too deeply.</exception>
        internal static object Parse(byte[] bytes, int from, int count)
        {
            string decoded;
            try
            {
                decoded = new UTF8Encoding(false, true).GetString(bytes, from, count);
            }
            catch (ArgumentException)
            {
                throw new InvalidDataException("the JSON is not UTF-8");
            }
            var json = new Json(decoded);
            object value = json.Value();
            json.Blanks();
            if (json.at != decoded.Length) throw json.Bad("more than one value");
            return value;
        }

        object Value()
        {
            Blanks();
            switch (Peek())
            {
                case '{': return Members();
                case '[': return Elements();
                case '"': return Text();
                case 't': return Word("true", true);
                case 'f': return Word("false", false);
                case 'n': return Word("null", null);
                default: return Number();
            }
        }

        Dictionary<string, object> Members()
        {
            var members = new Dictionary<string, object>();
            for (bool more = Open('}'); more; more = Next('}'))
            {
                Blanks();
                string name = Text();
                Blanks();
                Take(':');
                members[name] = Value();
            }
            return members;
        }

        List<object> Elements()
        {
            var elements = new List<object>();
            for (bool more = Open(']'); more; more = Next(']')) elements.Add(Value());
            return elements;
        }

        bool Open(char end)
        {
            at++;
            if (++depth > MostDepth) throw Bad("nested too deeply");
            Blanks();
            if (Peek() != end) return true;
            at++;
            depth--;
            return false;
        }

        bool Next(char end)
        {
            Blanks();
            if (Peek() == ',')
            {
                at++;
                return true;
            }
            Take(end);
            depth--;
            return false;
        }

        string Text()
        {
            Take('"');
            var read = new StringBuilder();
            for (;;)
            {
                char letter = Peek();
                at++;
                if (letter == '"') return read.ToString();
                if (letter < ' ') throw Bad("a text that does not end");
                read.Append(letter == '\\' ? Escaped() : letter);
            }
        }

        char Escaped()
        {
            char letter = Peek();
            at++;
            int known = "\"\\/bfnrt".IndexOf(letter);
            if (known >= 0) return "\"\\/\b\f\n\r\t"[known];
            ushort code;
            if (letter != 'u' || at + 4 > text.Length ||
                !ushort.TryParse(text.Substring(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code))
                throw Bad("an escape that there is not");
            at += 4;
            return (char)code;
        }

        object Word(string word, object value)
        {
            if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0) throw Bad("a word that there is not");
            at += word.Length;
            return value;
        }

        object Number()
        {
            int from = at;
            while (at < text.Length && "+-.eE0123456789".IndexOf(text[at]) >= 0) at++;
            double value;
            if (!double.TryParse(text.Substring(from, at - from), NumberStyles.Float, CultureInfo.InvariantCulture, out value) ||
                double.IsInfinity(value))
                throw Bad("no value");
            return value;
        }

        void Blanks()
        {
            while (at < text.Length && " \t\r\n".IndexOf(text[at]) >= 0) at++;
        }

        void Take(char wanted)
        {
            if (Peek() != wanted) throw Bad("no " + wanted);
            at++;
        }

        /// <summary>NUL at the end, which is in no JSON.</summary>
        char Peek() { return at < text.Length ? text[at] : '\0'; }

        InvalidDataException Bad(string what) { return new InvalidDataException("the JSON has " + what + " at character " + at); }
    }
}
