using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>
/// What all classes of hostile programs share. Each test is a case, and after each, when its instance is disposed of, the
/// host is looked over: nothing of its runs is left, every run had one final state, another program still runs, and this
/// process, the server, has not grown.
/// </summary>
public abstract class HostileCases(Backend backend) : IAsyncLifetime
{
    private readonly Lock _lock = new();
    private readonly List<(Task<RunResult> Run, RecordingObserver Observer)> _runs = [];
    private int _errorsBefore;

    protected Backend Backend => backend;

    public ValueTask InitializeAsync()
    {
        _errorsBefore = Errors();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Assert.NotEmpty(_runs);
        foreach (var (run, observer) in _runs)
        {
            Assert.True(run.IsCompletedSuccessfully, "A run has not ended, or was not waited for.");
            CheckFinalState(await run, observer);
        }
        await backend.CheckNothingIsLeftAsync();
        Assert.Equal(_errorsBefore, Errors());
        await backend.CheckHelloAsync();
        await backend.CheckNothingIsLeftAsync();
        _runs.Clear();
        backend.CheckServerIsFlat();
        GC.SuppressFinalize(this);
    }

    protected RunRequest Request(string language, string code, RunLimits? limits = null, params string[] arguments) =>
        backend.Request(language, code) with { Limits = limits ?? RunLimits.Default, Arguments = arguments };

    protected Task<RunResult> RunAsync(string language, string code, RunLimits? limits = null, params string[] arguments) =>
        RunAsync(Request(language, code, limits, arguments));

    protected Task<RunResult> RunAsync(RunRequest request, RecordingObserver? observer = null, CancellationToken? cancellation = null)
    {
        observer ??= new RecordingObserver();
        var run = backend.Sandbox.RunAsync(request, observer, cancellation ?? TestContext.Current.CancellationToken);
        lock (_lock)
        {
            _runs.Add((run, observer));
        }
        return run;
    }

    /// <summary>Runs the body of a C program's main; <c>n</c> is its first argument as a number.</summary>
    protected Task<RunResult> RunCAsync(string body, RunLimits? limits = null, params string[] arguments) =>
        RunAsync(RequestC(body, arguments) with { Limits = limits ?? RunLimits.Default });

    /// <inheritdoc cref="RunCAsync"/>
    protected RunRequest RequestC(string body, params string[] arguments) =>
        Request("c", $$"""
            #define _GNU_SOURCE
            #include <errno.h>
            #include <fcntl.h>
            #include <pthread.h>
            #include <signal.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <sys/mman.h>
            #include <sys/resource.h>
            #include <sys/shm.h>
            #include <sys/wait.h>
            #include <unistd.h>
            static void touch(volatile char *p, long n) { for (long i = 0; i < n; i += 4096) p[i] = 1; }
            static void *spin(void *x) { for (volatile long i = 0;; i++); }
            int main(int argc, char **argv) { long n = argc > 1 ? atol(argv[1]) : 0; {{body}} return 0; }
            """, null, arguments);

    /// <summary>Waits until a run that does not end by itself has printed a text.</summary>
    protected static async Task UntilPrintedAsync(string text, RecordingObserver observer, Task<RunResult> run)
    {
        if (await Task.WhenAny(observer.WaitAsync(printed => printed.Contains(text)), run) == run)
        {
            Assert.Fail($"It ended instead: {await run}");
        }
    }

    /// <summary>What a Python program prints; it must end well.</summary>
    protected async Task<string> PythonAsync(string code, params string[] arguments)
    {
        var result = await RunAsync("python", code, null, arguments);
        Assert.True(result.Status == RunStatus.Accepted, $"{result.Status}: {result.Run?.Stdout}{result.Run?.Stderr}");
        return result.Run!.Stdout.TrimEnd('\n');
    }

    /// <summary>A language whose compiler is a shell script: what a compiler might be made to do.</summary>
    protected Languages.Language CompiledBy(string script)
    {
        var c = backend.Language("c");
        return c with { Recipe = c.Recipe! with { Compile = c.Recipe.Compile! with { Command = ["/bin/sh", "-c", script] } } };
    }

    protected static void AssertStatus(RunStatus expected, RunResult result)
    {
        // The text of a result is made only where it is needed: it may be megabytes, and what made it is kept by its pool.
        if (result.Status != expected)
        {
            Assert.Fail($"{result.Status} instead of {expected}: {result}");
        }
    }

    /// <summary>One end, which says all: a final status, and the text that was shown while it ran is the text of the result.</summary>
    private static void CheckFinalState(RunResult result, RecordingObserver observer)
    {
        Assert.True(result.Status is not (RunStatus.InQueue or RunStatus.Processing or RunStatus.InternalError));
        Assert.Equal(result.Compile?.Stdout ?? "", observer.Text(RunPhase.Compile, OutputStream.Stdout));
        Assert.Equal(result.Compile?.Stderr ?? "", observer.Text(RunPhase.Compile, OutputStream.Stderr));
        Assert.Equal(result.Run?.Stdout ?? "", observer.Text(RunPhase.Run, OutputStream.Stdout));
        Assert.Equal(result.Run?.Stderr ?? "", observer.Text(RunPhase.Run, OutputStream.Stderr));
        Assert.False(observer.Overlapped);
    }

    private int Errors() => backend.Log.Lines.Count(line => line.StartsWith("Error", StringComparison.Ordinal));
}
