namespace CodeCrafter.Sandbox;

/// <summary>The step that an output belongs to.</summary>
public enum RunPhase
{
    /// <summary>The compiler.</summary>
    Compile,
    /// <summary>The program.</summary>
    Run,
}

/// <summary>Where an output came from.</summary>
public enum OutputStream
{
    /// <summary>Standard output.</summary>
    Stdout,
    /// <summary>Standard error.</summary>
    Stderr,
}

/// <summary>Receives output while it is printed.</summary>
public interface IRunObserver
{
    /// <summary>
    /// Called with each piece of output, in order within a stream, never at the same time from two threads. Pieces
    /// are valid text: a character is never split over two. What lies beyond the output limit does not come here.
    /// </summary>
    ValueTask OnOutputAsync(RunPhase phase, OutputStream stream, string text);
}

/// <summary>Runs untrusted programs.</summary>
public interface ISandbox
{
    /// <summary>
    /// Compiles and runs a program and returns its outcome. Cancelling ends the whole tree of its processes and
    /// returns <see cref="RunStatus.Cancelled"/> with what had been printed. A fault of the sandbox itself is logged
    /// and returned as <see cref="RunStatus.InternalError"/>.
    /// </summary>
    Task<RunResult> RunAsync(RunRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default);

    /// <summary>What runs programs here: for the log and the health check, such as <c>crun 1.8.1, cgroup v1</c>.</summary>
    string Description { get; }
}
