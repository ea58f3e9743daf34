namespace CodeCrafter.Crdt;

/// <summary>What a transaction changed.</summary>
public sealed class DocChange
{
    internal DocChange(IReadOnlyCollection<YType> types, object? origin, bool isLocal) =>
        (Types, Origin, IsLocal) = (types, origin, isLocal);

    /// <summary>The shared types whose own content changed; neither new ones nor deleted ones.</summary>
    public IReadOnlyCollection<YType> Types { get; }

    /// <summary>What was given to <see cref="Doc.Transact"/> or <see cref="Doc.ApplyUpdate"/>.</summary>
    public object? Origin { get; }

    /// <summary>All of the change was made here, and nothing by applying an update.</summary>
    public bool IsLocal { get; }
}
