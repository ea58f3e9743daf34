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

    /// <summary>
    /// Compiles a program once, for any number of runs. A language without a compiler is ready at once. Cancelling ends
    /// the compiler and returns <see cref="RunStatus.Cancelled"/>.
    /// </summary>
    Task<CompiledProgram> CompileAsync(RunRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs a compiled program in a sandbox of its own. <paramref name="request"/> is the one that was compiled, with other
    /// arguments, input or limits where wanted; the result's <see cref="RunResult.Compile"/> is that of the program.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The program's status is not <see cref="RunStatus.Accepted"/>, or it is of another language, or another sandbox made it.
    /// </exception>
    Task<RunResult> RunAsync(CompiledProgram program, RunRequest request, IRunObserver? observer = null, CancellationToken cancellationToken = default);

    /// <summary>What runs programs here: for the log and the health check, such as <c>crun 1.8.1, cgroup v1</c>.</summary>
    string Description { get; }
}
