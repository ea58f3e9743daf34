namespace CodeCrafter.Crdt.Sync;

/// <summary>Caps on what an <see cref="Awareness"/> keeps.</summary>
public sealed record AwarenessOptions
{
    /// <summary>How many clients may have a state at once, and of how many removed ones the clocks are remembered; one or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less.</exception>
    public int MaxClients { get; init => field = Positive(value, nameof(MaxClients)); } = 1024;

    /// <summary>How long a state may be, in bytes of JSON; one or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less.</exception>
    public int MaxStateBytes { get; init => field = Positive(value, nameof(MaxStateBytes)); } = 16 * 1024;

    /// <summary>How long a state lasts that is not renewed, more than no time; y-protocols renews each 15 seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no time or negative.</exception>
    public TimeSpan Timeout { get; init => field = Positive(value, nameof(Timeout)); } = TimeSpan.FromSeconds(30);

    private static T Positive<T>(T value, string name) where T : struct, IComparable<T> =>
        value.CompareTo(default) > 0 ? value : throw new ArgumentOutOfRangeException(name, value, "It must be more than zero.");
}

/// <summary>What has changed in an <see cref="Awareness"/>, by client id.</summary>
/// <param name="Added">They had no state before.</param>
/// <param name="Updated">They have a newer state, which may say the same as the one before.</param>
/// <param name="Removed">They have no state any more; also where the removal that was known is an older one.</param>
/// <param name="Outdated">
/// The update has a state of theirs, but they have been removed since it was made. Where such a client is still there
/// (its connection broke and came back), sending it the removal (<see cref="Awareness.Encode"/>) makes it announce
/// itself anew.
/// </param>
public sealed record AwarenessChange(
    IReadOnlyList<ulong> Added, IReadOnlyList<ulong> Updated, IReadOnlyList<ulong> Removed, IReadOnlyList<ulong> Outdated)
{
    /// <summary>The clients that others need to hear of: all but the outdated.</summary>
    public IReadOnlyList<ulong> Changed => [.. Added, .. Updated, .. Removed];

    /// <summary>Whether nothing has changed.</summary>
    public bool IsEmpty => Added.Count + Updated.Count + Removed.Count == 0;
}
