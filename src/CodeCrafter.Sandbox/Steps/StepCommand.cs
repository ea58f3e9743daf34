using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Steps;

/// <summary>A process that init starts as a step.</summary>
internal sealed record StepCommand
{
    /// <summary>0 for the compilation, 1 for the run: which cgroup it enters.</summary>
    public required int Index { get; init; }

    /// <summary>The argument vector, with an absolute path first.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment, as <c>name=value</c>.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>It reads descriptor 0; else it has nothing to read.</summary>
    public bool ReadsInput { get; init; }

    /// <summary>The backstop of the kernel for each of its processes; 0 sets none.</summary>
    public int CpuSeconds { get; init; }

    /// <summary>The most processes of its user, for runtimes whose processes no cgroup counts; 0 sets no limit.</summary>
    public int Processes { get; init; }

    /// <summary>The size of its terminal; 0 where it has none.</summary>
    public int Columns { get; init; }

    /// <inheritdoc cref="Columns"/>
    public int Rows { get; init; }

    /// <summary>A little above the limit itself, which is on the sum over all processes and comes from the cgroup.</summary>
    public static int Backstop(RunLimits limits) => (int)Math.Ceiling(limits.CpuTime.TotalSeconds) + 2;
}

/// <summary>A step that was started, or can be, before there is a program for it: it waits where it reads a file first.</summary>
/// <param name="Command">What is started.</param>
/// <param name="Path">The absolute path of that file.</param>
internal sealed record ParkedCommand(StepCommand Command, string Path)
{
    /// <summary>Two commands that a program cannot tell apart have the same key.</summary>
    public string Key { get; } = string.Join('\0', [Command.Index.ToString(), Command.CpuSeconds.ToString(), Command.Processes.ToString(), Path, .. Command.Arguments, "", .. Command.Environment]);
}

/// <summary>One step of one request: the command, and its parked form where it may have one.</summary>
internal sealed record StepPlan(StepCommand Command, RunLimits Limits, ParkedCommand? Parked, SourceFile? SourceList)
{
    public static StepPlan Of(RunRequest request, RunPhase phase, CommandTemplate template, string? cache)
    {
        template = cache is null ? template : template.Cached ?? template;
        var limits = phase == RunPhase.Compile ? request.CompileLimits : request.Limits;
        var expander = new CommandExpander(request, limits, cache ?? CompilerCaches.Private);
        var terminal = phase == RunPhase.Run ? request.Terminal : null;
        var command = new StepCommand
        {
            Index = phase == RunPhase.Compile ? 0 : 1,
            Arguments = expander.Arguments(template),
            Environment = terminal is null ? expander.Environment(template) : [.. expander.Environment(template), "TERM=xterm-256color"],
            ReadsInput = phase == RunPhase.Run,
            CpuSeconds = StepCommand.Backstop(limits),
            Columns = terminal?.Columns ?? 0,
            Rows = terminal?.Rows ?? 0,
        };
        var path = terminal is null ? expander.ParkPath(template) : null;
        var list = expander.SourceListText(template);
        return new StepPlan(
            command,
            limits,
            path is null ? null : new ParkedCommand(command, path),
            list is null ? null : new SourceFile(CommandExpander.SourceList, list));
    }
}
