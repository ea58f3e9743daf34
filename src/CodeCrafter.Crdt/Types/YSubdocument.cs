using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt;

/// <summary>
/// A document inside a document: a value of a map or an array that names another document. What is in that other
/// document is not part of this one: whoever wants it makes a <see cref="Doc"/> for the name and syncs it by itself. Two
/// are equal if they say the same.
/// </summary>
/// <param name="Guid">The name of the document.</param>
/// <exception cref="ArgumentNullException">There is no name.</exception>
public sealed record YSubdocument(string Guid)
{
    /// <summary>The name of the document; half a surrogate pair in it is taken as U+FFFD.</summary>
    public string Guid { get; init => field = ValidText.Of(value); } = ValidText.Of(Guid);

    /// <summary>Readers should load the document at once.</summary>
    public bool AutoLoad { get; init; }

    /// <summary>What was deleted in the document is forgotten.</summary>
    public bool CollectsGarbage { get; init; } = true;

    /// <summary>What the program that made it wants to tell, a plain value as in <see cref="YMap"/>; null for nothing.</summary>
    public object? Meta { get; init; }

    /// <summary>Whether both say the same.</summary>
    public bool Equals(YSubdocument? other) =>
        other is not null && (Guid, AutoLoad, CollectsGarbage) == (other.Guid, other.AutoLoad, other.CollectsGarbage)
        && PlainValues.AreEqual(Meta, other.Meta);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Guid, AutoLoad, CollectsGarbage);

    internal static YSubdocument Read(string guid, ReadOnlySpan<byte> options)
    {
        var values = (Dictionary<string, object?>)AnyValue.Read(options)!;
        return new YSubdocument(guid)
        {
            AutoLoad = values.GetValueOrDefault("autoLoad") is true,
            CollectsGarbage = values.GetValueOrDefault("gc") is not false,
            Meta = values.GetValueOrDefault("meta"),
        };
    }

    /// <exception cref="ArgumentException">The name or the meta value cannot be written.</exception>
    internal DocContent ToContent()
    {
        var options = new Dictionary<string, object?>();
        if (!CollectsGarbage)
        {
            options.Add("gc", false);
        }

        if (AutoLoad)
        {
            options.Add("autoLoad", true);
        }

        if (Meta is not null)
        {
            options.Add("meta", Meta);
        }

        var writer = new WireWriter();
        AnyValue.Write(writer, options);
        return new DocContent(Guid, writer.ToArray());
    }
}
