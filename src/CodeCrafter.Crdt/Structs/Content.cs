using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// What an item holds, unless it is text, which is in a <see cref="TextPool"/>, or deleted and forgotten. The kinds are
/// those of Yjs, and all of them are kept as they came.
/// </summary>
internal abstract class Content
{
    public const byte DeletedKind = 1, JsonKind = 2, BinaryKind = 3, StringKind = 4, EmbedKind = 5, FormatKind = 6,
        TypeKind = 7, AnyKind = 8, DocKind = 9;

    /// <summary>The number of the kind on the wire.</summary>
    public abstract byte Kind { get; }

    /// <summary>Length in clock units.</summary>
    public virtual long Length => 1;

    /// <summary>Keeps the units before the offset and returns the rest. Only content longer than one unit is ever cut.</summary>
    public virtual Content SplitAt(long offset) => throw new InvalidOperationException("Content of one unit cannot be cut.");

    /// <summary>This and what follows as one, which may be this content, grown; null where they cannot be one.</summary>
    public virtual Content? Append(Content right) => null;

    /// <summary>The same for another item, which may change it; of a shared type an empty one of its kind.</summary>
    public virtual Content Copy() => this;

    /// <summary>Writes the units from an offset up to a length.</summary>
    public abstract void Write(WireWriter writer, long offset, long length);

    /// <summary>The value of one unit.</summary>
    public virtual object? ValueAt(long offset) => null;
}

/// <summary>Bytes: one value.</summary>
internal sealed class BinaryContent(byte[] bytes) : Content
{
    public override byte Kind => BinaryKind;

    public override void Write(WireWriter writer, long offset, long length) => writer.WriteVarBytes(bytes);

    public override object ValueAt(long offset) => bytes.Clone();
}

/// <summary>A JSON value inside a text, such as an image.</summary>
internal sealed class EmbedContent(byte[] json) : Content
{
    public byte[] Json => json;

    public override byte Kind => EmbedKind;

    public override void Write(WireWriter writer, long offset, long length) => writer.WriteVarBytes(json);

    public override object? ValueAt(long offset) => JsonValue.Parse(json);
}

/// <summary>From here on the text has an attribute, or (with the value null) has it no more.</summary>
internal sealed class FormatContent(string key, JsonLiteral value) : Content
{
    public string Key => key;

    public JsonLiteral Value => value;

    public override byte Kind => FormatKind;

    public override void Write(WireWriter writer, long offset, long length)
    {
        writer.WriteString(key);
        writer.WriteVarBytes(value.Json);
    }
}

/// <summary>A shared type inside another.</summary>
internal sealed class TypeContent(Branch branch) : Content
{
    public Branch Branch => branch;

    public override byte Kind => TypeKind;

    public override Content Copy() => new TypeContent(new Branch(branch.Kind, branch.NodeName));

    public override void Write(WireWriter writer, long offset, long length)
    {
        writer.WriteVarUint((ulong)branch.Kind);
        if (branch.Kind.HasName())
        {
            writer.WriteString(branch.NodeName);
        }
    }

    public override object ValueAt(long offset) => branch.Facade();
}

/// <summary>Another document, by its name and options.</summary>
internal sealed class DocContent(string guid, byte[] options) : Content
{
    public override byte Kind => DocKind;

    public override void Write(WireWriter writer, long offset, long length)
    {
        writer.WriteString(guid);
        writer.WriteBytes(options);
    }

    public override object ValueAt(long offset) => YSubdocument.Read(guid, options);
}
