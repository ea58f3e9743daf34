using System.Runtime.CompilerServices;
using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Types;

/// <summary>
/// Text and names as they are written on the wire: there half a surrogate pair becomes U+FFFD, so without this replicas
/// would differ.
/// </summary>
internal static class ValidText
{
    public static string Of(string text, [CallerArgumentExpression(nameof(text))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(text, name);
        // Nearly all is ASCII, and the search takes memory until it has been optimised.
        if (TextPool.IsAscii(text) || text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return text;
        }

        return string.Create(text.Length, text, static (result, text) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                {
                    (result[i], result[i + 1]) = (text[i], text[i + 1]);
                    i++;
                }
                else
                {
                    result[i] = char.IsSurrogate(text[i]) ? '\uFFFD' : text[i];
                }
            }
        });
    }

    /// <summary>Attributes as they are written.</summary>
    /// <exception cref="ArgumentException">A value has no counterpart in JSON.</exception>
    public static OrderedDictionary<string, JsonLiteral> OfAttributes(IEnumerable<KeyValuePair<string, object?>> attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        var literals = new OrderedDictionary<string, JsonLiteral>();
        foreach (var (key, value) in attributes)
        {
            literals[Of(key)] = JsonLiteral.Of(value);
        }

        return literals;
    }
}
