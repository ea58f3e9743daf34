using CodeCrafter.Crdt.Bytes;
using CodeCrafter.Crdt.Types;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>A struct of an update, before it is part of the document.</summary>
internal sealed class Arrival : IOrdered
{
    public ulong Client { get; private set; }

    public long Clock { get; private set; }

    public long Length { get; private set; }

    /// <summary>The kind of content; 0 for a collected stretch.</summary>
    public byte Kind { get; private set; }

    public Id Origin { get; private set; }

    public Id RightOrigin { get; private set; }

    /// <summary>The item that holds the parent, which need not have arrived, or the parent itself; neither where it is that of a neighbour.</summary>
    public Id ParentId { get; private set; }

    public Branch? Root { get; private set; }

    public string? ParentSub { get; private set; }

    /// <summary>The bytes of its content, once it has been kept.</summary>
    public byte[] Content { get; private set; } = [];

    public long End => Clock + Length;

    public long Order => Clock;

    /// <summary>Takes in what a reader stands on, but for the content.</summary>
    public void Read(in UpdateReader reader, ref LastNames names)
    {
        (Client, Clock, Length, Kind) = (reader.Client, reader.Clock, reader.Length, reader.Kind);
        (Origin, RightOrigin, ParentId, Root, ParentSub) = (Id.None, Id.None, Id.None, null, null);
        if (Kind == StructInfo.Gc)
        {
            return;
        }

        (Origin, RightOrigin, ParentId) = (reader.Origin, reader.RightOrigin, reader.ParentId);
        Root = reader.HasRootName ? names.RootOf(reader.RootName) : null;
        ParentSub = reader.HasParentSub ? names.KeyOf(reader.ParentSub) : null;
    }

    /// <summary>Makes it independent of the update.</summary>
    public void Keep(ReadOnlySpan<byte> content) => Content = Kind == StructInfo.Gc ? [] : content.ToArray();

    /// <summary>Writes it, after it has been kept, without its first units.</summary>
    public void Write(WireWriter writer, long offset)
    {
        if (Kind == StructInfo.Gc)
        {
            StructCopy.WriteBlank(writer, Kind, Length - offset);
            return;
        }

        var origin = offset > 0 ? new Id(Client, Clock + offset - 1) : Origin;
        RowWriter.WriteHead(writer, Kind, origin, RightOrigin, ParentSub);
        if (origin.IsNone && RightOrigin.IsNone)
        {
            RowWriter.WriteParent(writer, Root?.RootName, ParentId, ParentSub);
        }

        if (offset == 0)
        {
            writer.WriteBytes(Content);
        }
        else
        {
            StructCopy.WriteContent(writer, new WireReader(Content), Kind, offset);
        }
    }
}
