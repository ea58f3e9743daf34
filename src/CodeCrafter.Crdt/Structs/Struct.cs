using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>A stretch of one client's clock: what it did there, or that it has been collected.</summary>
internal abstract class Struct(ulong client, long clock, long length)
{
    public readonly ulong Client = client;

    public long Clock = clock;

    /// <summary>How many clock units it spans; never zero.</summary>
    public long Length = length;

    public bool Deleted;

    /// <summary>What it holds would take up positions; kept here because searches ask of every item they pass.</summary>
    protected bool HasPositions;

    public Id Id => new(Client, Clock);

    public Id LastId => new(Client, Clock + Length - 1);

    public long End => Clock + Length;

    /// <summary>Writes it, without its first units.</summary>
    public abstract void Write(WireWriter writer, long offset);
}

/// <summary>Collected: nothing is known of these units but that they were deleted together with what contained them.</summary>
internal sealed class Gc : Struct
{
    public Gc(ulong client, long clock, long length) : base(client, clock, length) => Deleted = true;

    public override void Write(WireWriter writer, long offset)
    {
        writer.WriteByte(StructInfo.Gc);
        writer.WriteClock(Length - offset);
    }
}

/// <summary>The first byte of a struct on the wire: the kind of content in five bits, and which fields follow.</summary>
internal static class StructInfo
{
    public const byte Gc = 0;
    public const byte Skip = 10;
    public const byte ContentMask = 0x1F;
    public const byte HasParentSub = 0x20;
    public const byte HasRightOrigin = 0x40;
    public const byte HasOrigin = 0x80;
}
