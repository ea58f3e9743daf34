using System.Globalization;
using System.Text;
using System.Text.Json;
using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt;

/// <summary>A place in a list or a text, as an index.</summary>
/// <param name="Type">The list or text.</param>
/// <param name="Index">How many positions there are before it.</param>
/// <param name="Association">That of the relative position.</param>
public readonly record struct AbsolutePosition(YType Type, int Index, int Association);

/// <summary>
/// A place in a list or a text that stays where it is when others edit: it is tied to a unit of content, and not to an
/// index. Its bytes and its JSON are those of Yjs. Two are equal if they are tied to the same on the same side, which is
/// if their bytes are equal.
/// </summary>
public sealed record RelativePosition
{
    private RelativePosition(Id type, string? rootName, Id item, int association) =>
        (Type, RootName, Item, Association) = (type, rootName, item, association);

    /// <summary>
    /// Which neighbour the place is tied to: the one to the right, or the end of the list (0 and above), or the one to
    /// the left, or the start of the list (below 0).
    /// </summary>
    public int Association { get; }

    private Id Type { get; }

    private string? RootName { get; }

    private Id Item { get; }

    // What is tied to a unit may or may not know the type that holds it: the bytes do not tell.
    private (Id Unit, string? RootName) Anchor => !Item.IsNone ? (Item, null) : RootName is not null ? (Id.None, RootName) : (Type, "");

    /// <summary>Whether both are tied to the same on the same side.</summary>
    public bool Equals(RelativePosition? other) => other is not null && Association == other.Association && Anchor == other.Anchor;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Association, Anchor);

    /// <summary>The place at an index.</summary>
    /// <param name="type">A list or a text that is part of a document.</param>
    /// <param name="index">From 0 to the length.</param>
    /// <param name="association">See <see cref="Association"/>.</param>
    /// <exception cref="ArgumentNullException">There is no type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or beyond the end.</exception>
    /// <exception cref="ArgumentException">The type is a map, which has no places.</exception>
    /// <exception cref="InvalidOperationException">The type is not part of a document.</exception>
    public static RelativePosition FromIndex(YType type, int index, int association = 0)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (type is YMap)
        {
            throw new ArgumentException("A map has no places.", nameof(type));
        }

        var branch = type.Branch ?? throw new InvalidOperationException("The type is not part of a document yet.");
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, branch.Length);
        var unit = association < 0 ? index - 1 : index;
        var item = Id.None;
        if (unit >= 0 && unit < branch.Length)
        {
            var (found, offset) = ListEdit.Find(branch, unit);
            item = new Id(found.Client, found.Clock + offset);
        }

        return new RelativePosition(branch.Id, branch.RootName, item, association);
    }

    /// <summary>Reads the bytes of <see cref="Encode"/>, or of encodeRelativePosition of Yjs.</summary>
    /// <exception cref="MalformedUpdateException">The bytes are no relative position.</exception>
    public static RelativePosition Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        var (type, rootName, item) = (Id.None, (string?)null, Id.None);
        switch (reader.ReadVarUint())
        {
            case 0:
                item = ReadId(ref reader);
                break;
            case 1:
                rootName = reader.ReadString();
                break;
            case 2:
                type = ReadId(ref reader);
                break;
            default:
                throw new MalformedUpdateException("A relative position is of an unknown kind.");
        }

        // Old versions of Yjs write no association.
        var association = reader.IsAtEnd ? 0 : reader.ReadVarInt();
        reader.ExpectEnd();
        return new RelativePosition(type, rootName, item, Association32(association));
    }

    /// <summary>Encodes the position as Yjs does. What is tied to a unit is encoded without the type that holds it.</summary>
    public byte[] Encode()
    {
        var writer = new WireWriter();
        if (!Item.IsNone)
        {
            writer.WriteVarUint(0);
            WriteId(writer, Item);
        }
        else if (RootName is not null)
        {
            writer.WriteVarUint(1);
            writer.WriteString(RootName);
        }
        else
        {
            writer.WriteVarUint(2);
            WriteId(writer, Type);
        }

        writer.WriteVarInt((ulong)Math.Abs((long)Association), Association < 0);
        return writer.ToArray();
    }

    /// <summary>Reads the JSON of <see cref="ToJson"/>, or of relativePositionToJSON of Yjs.</summary>
    /// <exception cref="ArgumentNullException">There is no JSON.</exception>
    /// <exception cref="MalformedUpdateException">It is no relative position.</exception>
    public static RelativePosition FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var (type, item) = (IdOf(root, "type"), IdOf(root, "item"));
            var rootName = Property(root, "tname")?.GetString();
            if (type.IsNone && item.IsNone && rootName is null)
            {
                throw new MalformedUpdateException("A relative position is tied to nothing.");
            }

            return new RelativePosition(type, rootName, item, Association32(Property(root, "assoc")?.GetDouble() ?? 0));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            throw new MalformedUpdateException("The JSON is no relative position.", exception);
        }
    }

    /// <summary>The position as JSON, as Yjs writes it: say <c>{"tname":"text","item":{"client":1,"clock":5},"assoc":0}</c>.</summary>
    public string ToJson()
    {
        var fields = new List<string>();
        if (!Type.IsNone)
        {
            fields.Add($"\"type\":{IdToJson(Type)}");
        }

        if (RootName is not null)
        {
            fields.Add($"\"tname\":{Encoding.UTF8.GetString(JsonText.Write(RootName))}");
        }

        if (!Item.IsNone)
        {
            fields.Add($"\"item\":{IdToJson(Item)}");
        }

        fields.Add(string.Create(CultureInfo.InvariantCulture, $"\"assoc\":{Association}"));
        return $"{{{string.Join(',', fields)}}}";
    }

    /// <summary>
    /// Where the position is now. Where its unit has been deleted it is where that was; in a type that was deleted it
    /// is at 0. Where an <see cref="UndoManager"/> of the document has restored the unit, or the type, it is there again.
    /// </summary>
    /// <returns>Null if the document does not have (yet, or any more) what the position is tied to.</returns>
    /// <exception cref="ArgumentNullException">There is no document.</exception>
    public AbsolutePosition? Resolve(Doc doc)
    {
        ArgumentNullException.ThrowIfNull(doc);
        if (!Item.IsNone)
        {
            var unit = Now(doc, Item);
            return doc.Store.StateOf(unit.Client) > unit.Clock && doc.Store.Find(unit) is { IsCollected: false } item ? At(item, unit) : null;
        }

        var type = Now(doc, Type);
        var branch = RootName is not null ? doc.FindRoot(RootName)
            : doc.Store.StateOf(type.Client) > type.Clock && doc.Store.Find(type) is { Content: TypeContent content } ? content.Branch
            : null;
        return branch is null ? null : new AbsolutePosition(branch.Facade(), Association >= 0 ? checked((int)branch.Length) : 0, Association);
    }

    private static int Association32(double value) =>
        double.IsInteger(value) && Math.Abs(value) <= int.MaxValue
            ? (int)value
            : throw new MalformedUpdateException("An association is too large.");

    private static JsonElement? Property(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static Id IdOf(JsonElement element, string name)
    {
        if (Property(element, name) is not { } id)
        {
            return Id.None;
        }

        var (client, clock) = (id.GetProperty("client").GetUInt64(), id.GetProperty("clock").GetUInt64());
        return client <= WireReader.MaxInteger && clock <= WireReader.MaxInteger
            ? new Id(client, (long)clock)
            : throw new MalformedUpdateException("An integer is too large.");
    }

    private static Id ReadId(ref WireReader reader) => new(reader.ReadVarUint(), reader.ReadClock());

    private static void WriteId(WireWriter writer, Id id)
    {
        writer.WriteVarUint(id.Client);
        writer.WriteClock(id.Clock);
    }

    private static string IdToJson(Id id) => string.Create(CultureInfo.InvariantCulture, $"{{\"client\":{id.Client},\"clock\":{id.Clock}}}");

    private static Id Now(Doc doc, Id unit) => doc.Store.Undo?.Redone.Follow(unit) ?? unit;

    private AbsolutePosition At(Item item, Id unit)
    {
        var branch = item.Parent;
        long index = 0;
        if (!branch.IsDeleted)
        {
            index = item.Deleted || !item.IsCountable ? 0 : unit.Clock - item.Clock + (Association >= 0 ? 0 : 1);
            index += item.ParentSub is null ? ListEdit.PositionOf(item) : 0;
        }

        return new AbsolutePosition(branch.Facade(), checked((int)index), Association);
    }
}
