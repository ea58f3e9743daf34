namespace CodeCrafter.Bench.Contenders;

/// <summary>A way to run a program.</summary>
internal interface IContender
{
    string Name { get; }

    /// <summary>What exactly is measured: version, command.</summary>
    string Description { get; }

    /// <summary>Runs the program and checks what it prints.</summary>
    /// <returns>How long it took, in milliseconds.</returns>
    /// <exception cref="WrongAnswerException">It printed something else, or failed.</exception>
    Task<double> RunAsync(HelloProgram program);

    /// <summary>Waits until nothing of it works on in the background, so that the next contender has the machine to itself.</summary>
    Task SettleAsync();
}
