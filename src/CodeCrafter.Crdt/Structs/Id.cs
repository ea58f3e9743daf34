namespace CodeCrafter.Crdt.Structs;

/// <summary>The name of one unit of content (for text a UTF-16 code unit): who made it, and the how-manieth of theirs it is.</summary>
internal readonly record struct Id(ulong Client, long Clock)
{
    /// <summary>No unit: the start or the end of a list.</summary>
    public static readonly Id None = new(0, -1);

    public bool IsNone => Clock < 0;
}
