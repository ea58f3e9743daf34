namespace CodeCrafter.Crdt;

/// <summary>How a document behaves.</summary>
public sealed record DocOptions
{
    /// <summary>
    /// Names this replica in what it makes; no two replicas may ever use the same. At most 2^53 - 1. A random number of
    /// 32 bits by default, as in Yjs.
    /// </summary>
    public ulong? ClientId { get; init; }

    /// <summary>
    /// Forgets what was deleted, and only keeps that it was: the default. Without it nothing is ever forgotten, and past
    /// states can be restored by <see cref="Doc.CreateFromSnapshot"/>. Replicas may differ in it.
    /// </summary>
    public bool CollectsGarbage { get; init; } = true;
}
