namespace CodeCrafter.Sandbox;

/// <summary>Which files come back after a run.</summary>
public sealed record FileCollection
{
    /// <summary>The most files; 1 to 1000.</summary>
    public int MaxFiles { get; init; } = 16;

    /// <summary>The most bytes of all files together; 1 to 64 MB. A file that no longer fits is left out whole.</summary>
    public long MaxBytes { get; init; } = 4 << 20;
}

/// <summary>A file that a program made or changed in its workspace.</summary>
/// <param name="Path">Relative to the workspace; keeps to <see cref="RequestRules.CheckPath"/>.</param>
/// <param name="Content">The bytes, as they were when the last process had ended.</param>
public sealed record OutputFile(string Path, byte[] Content);
