using System.Text.Json.Serialization;
using CodeCrafter.Server.Execution.Judging;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Execution;

/// <summary>A program to run, and how: <c>code</c>, <c>files</c>, or a <c>sessionId</c> alone for the session's document.</summary>
// A misspelt limit or option must not be no limit and no option.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ExecuteRequest
{
    /// <summary>The session to run in: its participants see the run. Without it the run is the caller's own.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>A language id or alias; where the session's document runs, the document's language if absent.</summary>
    public string? Language { get; init; }

    /// <summary>The program, as one file.</summary>
    public string? Code { get; init; }

    /// <summary>The program, as several files.</summary>
    public IReadOnlyList<SessionFile>? Files { get; init; }

    /// <summary>The path of the file to run; by default the language's usual name, or the only file.</summary>
    public string? Entry { get; init; }

    /// <summary>Standard input.</summary>
    public string? Stdin { get; init; }

    /// <summary>The program's arguments.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Limits on the run.</summary>
    public LimitsRequest? Limits { get; init; }

    /// <summary>The program is compiled once and run on each; the result has a verdict for each.</summary>
    public IReadOnlyList<TestCaseRequest>? TestCases { get; init; }

    /// <summary>The test cases after the first that is not Accepted do not run.</summary>
    public bool? StopAtFirstFailure { get; init; }

    /// <summary>A terminal, for runs over the hub only: refused with <c>terminal_needs_hub</c>.</summary>
    public TerminalSize? Terminal { get; init; }

    /// <summary><c>sync</c> (the default) answers with the result; <c>async</c> with the job's id.</summary>
    public string? Mode { get; init; }
}

/// <summary>The size of a terminal, each number from 1 to 1000.</summary>
internal sealed record TerminalSize(int Columns, int Rows);

/// <summary>Limits that a request asks for, each between the server's least and most; an absent one takes its default.</summary>
/// <param name="CpuTimeMs">Milliseconds of CPU, of all processes together.</param>
/// <param name="WallTimeMs">Milliseconds from the start to the end.</param>
/// <param name="MemoryMb">MiB of memory, with what is in <c>/tmp</c> and the workspace.</param>
/// <param name="Processes">Processes and threads at once.</param>
/// <param name="OutputBytes">Bytes of each stream.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record LimitsRequest(
    long? CpuTimeMs = null,
    long? WallTimeMs = null,
    long? MemoryMb = null,
    int? Processes = null,
    long? OutputBytes = null);
