using System.Text;
using CodeCrafter.Sandbox;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Server.Execution.Judging;
using CodeCrafter.Server.Sessions;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Execution;

/// <summary>Checks what is asked for and completes it: language, files, entry, input and limits.</summary>
internal sealed class ExecutionPlanner(
    LanguageCatalog languages,
    ISessionDocuments documents,
    IOptions<ExecutionOptions> options)
{
    private readonly ExecutionOptions _options = options.Value;

    /// <exception cref="ExecutionRefusedException">Something in the request is wrong.</exception>
    public async Task<ExecutionPlan> PlanAsync(
        ExecuteRequest request, UserNameResponse user, bool isInteractive, CancellationToken cancellationToken)
    {
        var document = request is { Code: null, Files: null } && request.SessionId is { } sessionId
            ? await documents.ReadAsync(sessionId, cancellationToken)
            : null;
        var language = FindLanguage(request.Language ?? document?.Language);
        var files = FilesOf(request, document, language);
        var entry = EntryOf(request.Entry ?? document?.Entry, files, language);
        CheckSize(files);
        CheckInput(request);
        var testCases = TestCaseRules.Check(request, _options);
        var interactive = isInteractive || request.Terminal is not null;
        if (interactive && testCases.Count > 0)
        {
            throw new ExecutionRefusedException("interactive_test_cases", "Test cases have their input; they run neither interactively nor in a terminal.");
        }

        var run = new RunRequest
        {
            Language = language,
            Files = [.. files.Select(file => new SourceFile(file.Path, file.Content))],
            Entry = entry,
            Arguments = request.Args ?? [],
            Terminal = TerminalOf(request.Terminal),
            // What one case made would be hard to tell from what another made.
            Collect = _options.MaxOutputFiles == 0 || testCases.Count > 0 ? null
                : new FileCollection { MaxFiles = _options.MaxOutputFiles, MaxBytes = _options.MaxOutputFileBytes },
            Limits = LimitsOf(request.Limits, interactive),
            CompileLimits = _options.Compile.ToRunLimits(_options.Cpus),
        };
        if (RequestRules.Check(run) is { } problem)
        {
            throw new ExecutionRefusedException("invalid_request", problem);
        }

        return new ExecutionPlan
        {
            User = user,
            SessionId = request.SessionId,
            Files = files,
            Stdin = request.Stdin ?? "",
            IsInteractive = interactive,
            TestCases = testCases,
            StopAtFirstFailure = request.StopAtFirstFailure == true,
            Request = run,
        };
    }

    /// <exception cref="ExecutionRefusedException">A terminal cannot have this size.</exception>
    public static void CheckTerminal(TerminalSize size)
    {
        if (size is not { Columns: >= 1 and <= Terminal.MaxSize, Rows: >= 1 and <= Terminal.MaxSize })
        {
            throw new ExecutionRefusedException("invalid_terminal", $"A terminal has from 1 to {Terminal.MaxSize} columns and rows.") { Field = "terminal" };
        }
    }

    private static Terminal? TerminalOf(TerminalSize? size)
    {
        if (size is null)
        {
            return null;
        }

        CheckTerminal(size);
        return new Terminal(size.Columns, size.Rows);
    }

    private Language FindLanguage(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new ExecutionRefusedException("missing_language", "Name the language to run.") { Field = "language" };
        }

        var language = languages.Find(name)
            ?? throw new ExecutionRefusedException("unknown_language", $"There is no language '{Shorten(name)}' here, but {languages.Ids}.") { Field = "language" };
        return language.IsAvailable
            ? language
            : throw new ExecutionRefusedException(
                "language_unavailable", $"{language.Title} cannot be run on this server.", StatusCodes.Status503ServiceUnavailable);
    }

    private IReadOnlyList<SessionFile> FilesOf(ExecuteRequest request, DocumentContent? document, Language language)
    {
        if (request is { Code: not null, Files: not null })
        {
            throw new ExecutionRefusedException("code_and_files", "Give either 'code' or 'files'.");
        }

        var files = document?.Files ?? request.Files ?? (request.Code is { } code
            ? [new SessionFile(request.Entry ?? language.FileName, code)]
            : throw new ExecutionRefusedException("missing_code", "Give 'code', 'files' or a 'sessionId' to run."));
        if (files.Count == 0)
        {
            throw new ExecutionRefusedException("missing_code", "There is no file to run.");
        }

        for (var i = 0; i < files.Count; i++)
        {
            var field = request.Files is null ? null : $"files[{i}]";
            if (files[i] is not { Path: { } path, Content: not null })
            {
                throw new ExecutionRefusedException("invalid_path", "Each file has a 'path' and a 'content'.") { Field = field };
            }

            if (RequestRules.CheckPath(path) is { } problem)
            {
                throw new ExecutionRefusedException("invalid_path", $"'{Shorten(path)}': {problem}") { Field = field is null ? null : field + ".path" };
            }
        }

        return files;
    }

    private static string EntryOf(string? entry, IReadOnlyList<SessionFile> files, Language language)
    {
        if (entry is null)
        {
            return files.FirstOrDefault(file => file.Path == language.FileName)?.Path
                ?? (files.Count == 1 ? files[0].Path : throw new ExecutionRefusedException(
                    "missing_entry", $"Name the file to run in 'entry': there are several, and none is '{language.FileName}'.") { Field = "entry" });
        }

        return files.Any(file => file.Path == entry)
            ? entry
            : throw new ExecutionRefusedException("missing_entry", $"There is no file '{Shorten(entry)}' to run.") { Field = "entry" };
    }

    private void CheckSize(IReadOnlyList<SessionFile> files)
    {
        if (files.Count > _options.MaxFiles)
        {
            throw new ExecutionRefusedException("too_many_files", $"A run takes at most {_options.MaxFiles} files.");
        }

        if (files.Sum(file => (long)Encoding.UTF8.GetByteCount(file.Content)) > _options.MaxSourceBytes)
        {
            throw new ExecutionRefusedException(
                "code_too_large", $"A run takes at most {_options.MaxSourceBytes} bytes of code.", StatusCodes.Status413PayloadTooLarge);
        }
    }

    private void CheckInput(ExecuteRequest request)
    {
        if (request.Stdin is { } stdin && Encoding.UTF8.GetByteCount(stdin) > _options.MaxInputBytes)
        {
            throw new ExecutionRefusedException(
                "input_too_large", $"A run takes at most {_options.MaxInputBytes} bytes of input.", StatusCodes.Status413PayloadTooLarge);
        }

        if (request.Args is { } args && (args.Count > _options.MaxArguments || args.Any(arg => arg is not { Length: <= 4096 } || arg.Contains('\0'))))
        {
            throw new ExecutionRefusedException(
                "invalid_args", $"A run takes at most {_options.MaxArguments} arguments of at most 4096 characters, without NUL.") { Field = "args" };
        }
    }

    private RunLimits LimitsOf(LimitsRequest? asked, bool interactive)
    {
        var errors = new Dictionary<string, string>();
        var limits = new LimitSet
        {
            CpuTimeMs = Within(asked?.CpuTimeMs, "cpuTimeMs", set => set.CpuTimeMs, errors),
            // Who types takes longer than a program does.
            WallTimeMs = interactive && asked?.WallTimeMs is null ? _options.Maximum.WallTimeMs : Within(asked?.WallTimeMs, "wallTimeMs", set => set.WallTimeMs, errors),
            MemoryMb = Within(asked?.MemoryMb, "memoryMb", set => set.MemoryMb, errors),
            Processes = (int)Within(asked?.Processes, "processes", set => set.Processes, errors),
            OutputBytes = Within(asked?.OutputBytes, "outputBytes", set => set.OutputBytes, errors),
        };
        return errors.Count == 0
            ? limits.ToRunLimits(_options.Cpus)
            : throw new ExecutionRefusedException("limit_out_of_range", string.Join(' ', errors.Values)) { Errors = errors };
    }

    private long Within(long? asked, string name, Func<LimitSet, long> of, Dictionary<string, string> errors)
    {
        var (minimum, maximum) = (of(_options.Minimum), of(_options.Maximum));
        if (asked < minimum || asked > maximum)
        {
            errors[$"limits.{name}"] = $"'{name}' must be from {minimum} to {maximum}.";
        }

        return asked ?? of(_options.Default);
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
