using CodeCrafter.Sandbox.Languages;

namespace CodeCrafter.Sandbox;

/// <summary>A program after its compiler, to be run any number of times: what <see cref="ISandbox.CompileAsync"/> gives.</summary>
public sealed class CompiledProgram
{
    /// <summary><see cref="RunStatus.Accepted"/> where it can be run; else why not.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>The compilation; null where the language has no such step, or where it did not come to it.</summary>
    public StepResult? Compile { get; init; }

    /// <summary>An identical program was compiled shortly before, and not again.</summary>
    public bool FromCache { get; init; }

    /// <summary>The language it is written in.</summary>
    public required Language Language { get; init; }

    /// <summary>What the compiler made; null where there is none.</summary>
    internal Artifact? Artifact { get; init; }
}

/// <summary>The files that a compiler made, taken out of its sandbox before any of them has run.</summary>
/// <param name="Files">Absolute paths below <c>/build</c>.</param>
internal sealed record Artifact(IReadOnlyList<ArtifactFile> Files)
{
    /// <summary>The most files that are taken out.</summary>
    public const int MaxFiles = 4_000;

    /// <summary>The most bytes that are taken out.</summary>
    public const long MaxBytes = 64 << 20;

    /// <summary>The bytes of all files.</summary>
    public long Bytes { get; } = Files.Sum(file => (long)file.Content.Length);
}

/// <summary>One of them.</summary>
/// <param name="Path">Absolute, below <c>/build</c>.</param>
/// <param name="IsExecutable">Its owner may execute it.</param>
/// <param name="Content">The bytes.</param>
internal sealed record ArtifactFile(string Path, bool IsExecutable, ReadOnlyMemory<byte> Content);
