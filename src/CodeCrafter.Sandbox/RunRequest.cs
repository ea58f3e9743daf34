using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox;

/// <summary>A source file: a relative path inside the workspace and its text.</summary>
/// <param name="Path">Relative, with forward slashes, without empty, <c>.</c> or <c>..</c> segments.</param>
/// <param name="Content">The text, written as UTF-8.</param>
public sealed record SourceFile(string Path, string Content);

/// <summary>One program to compile (where its language does) and run, once.</summary>
public sealed record RunRequest
{
    /// <summary>The language, from the <see cref="LanguageCatalog"/>.</summary>
    public required Language Language { get; init; }

    /// <summary>The files of the workspace; <see cref="Entry"/> is one of them.</summary>
    public required IReadOnlyList<SourceFile> Files { get; init; }

    /// <summary>The path of the file that is run, or compiled first.</summary>
    public required string Entry { get; init; }

    /// <summary>The program's arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>
    /// What the program reads from its standard input. It is copied as it becomes available, so a pipe makes the
    /// run interactive; the program sees the end of its input where the stream ends. The caller disposes of it.
    /// </summary>
    public Stream StandardInput { get; init; } = Stream.Null;

    /// <summary>
    /// Gives the program a pseudo-terminal of this size in place of pipes: everything it prints is standard output, and
    /// what it reads goes through the line discipline (echo, Ctrl-C, Ctrl-D). Null is pipes. Compilers always get pipes, and so does everything on gVisor.
    /// </summary>
    public Terminal? Terminal { get; init; }

    /// <summary>Asks for the files that the program made or changed; null is none.</summary>
    public FileCollection? Collect { get; init; }

    /// <summary>Limits on the program.</summary>
    public RunLimits Limits { get; init; } = RunLimits.Default;

    /// <summary>Limits on its compiler.</summary>
    public RunLimits CompileLimits { get; init; } = RunLimits.DefaultForCompiling;
}
